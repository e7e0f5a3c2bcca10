import { createApp } from "../../services/edge/app.ts";
import type { EdgeEnvironments } from "../../services/edge/environments/edge-environments.ts";
import { Goals } from "../../services/edge/goals/goals.ts";
import type { FastHandler } from "../../services/edge/http/fast-path/fast-path.ts";
import { type Listener, listen } from "../../services/edge/http/listener.ts";
import { RouteCounts } from "../../services/edge/http/response/route-count.ts";
import { Intake } from "../../services/edge/intake/intake.ts";
import { requestHandlers } from "../../services/edge/request-handlers.ts";
import { ContextBodies } from "../../services/edge/requests/context-body.ts";
import { EvaluationResponder } from "../../services/edge/results/evaluation-responder.ts";
import { ResultMetrics } from "../../services/edge/results/result-metrics.ts";
import { ResultSource } from "../../services/edge/results/result-source.ts";
import { endpoints } from "../../services/edge/routes/endpoints.ts";
import { fastRoutes } from "../../services/edge/routes/fast-routes.ts";
import { type Route, routesOf } from "../../services/edge/routes/route.ts";
import { systemClock } from "../../shared/base/clock.ts";
import { FairQueue } from "../../shared/base/event-loop/fair-queue.ts";
import { Health } from "../../shared/lifecycle/health.ts";
import { probeRoutes } from "../../shared/lifecycle/probe-routes.ts";
import type { EventPayload } from "../../shared/queue/event-payload.ts";
import { type HandFed, HandFedEnvironments } from "./hand-fed-environments.ts";
import { type Answer, ask, type Question } from "./http.ts";
import { RecordedLog } from "./recorded.ts";

const MAX_BODY_BYTES = 10_000;
const GOALS = { "content-type": "application/json", etag: '"goals"' };

/** All that answers requests in an edge, in this process: with hand-fed environments, and queues that keep everything. */
export class HandFedEdge {
  readonly log: RecordedLog;
  /** The payloads of events that were accepted. */
  readonly accepted: EventPayload[];
  readonly routes: readonly Route[];
  readonly app: ReturnType<typeof createApp>;
  readonly fast: FastHandler;
  readonly url: string;
  readonly #fed: HandFedEnvironments;
  readonly #listener: Listener;

  private constructor(fed: HandFedEnvironments, listener: Listener, parts: Parts) {
    this.#fed = fed;
    this.#listener = listener;
    this.url = `http://127.0.0.1:${listener.port}`;
    this.log = parts.log;
    this.accepted = parts.accepted;
    this.routes = routesOf(parts.declared, parts.counts);
    const served = { environments: fed.environments, counts: parts.counts, logger: parts.log };
    this.app = createApp(this.routes, served);
    this.fast = fastRoutes(this.routes, fed.environments, parts.log);
  }

  /** Resolves once it listens, and every environment with content has it. */
  static async start(all: readonly HandFed[]): Promise<HandFedEdge> {
    const fed = await HandFedEnvironments.start(all);
    const parts = partsOf(fed);
    const { counts, log: logger } = parts;
    const handlers = requestHandlers(parts.declared, { environments: fed.environments, counts, logger });
    return new HandFedEdge(fed, await listen(handlers, { port: 0, idleMs: 60_000 }), parts);
  }

  get environments(): EdgeEnvironments {
    return this.#fed.environments;
  }

  /** A request over TCP, by whichever way it takes. */
  ask(path: string, question?: Question): Promise<Answer> {
    return ask(this.url, path, question);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#listener.stop(0), this.#fed[Symbol.asyncDispose]()]);
  }
}

type Parts = ReturnType<typeof partsOf>;

function partsOf(fed: HandFedEnvironments) {
  const log = new RecordedLog();
  const accepted: EventPayload[] = [];
  const results = new ResultSource({ maxCount: 100, maxBytes: 1_000_000 });
  const bodies = new ContextBodies(MAX_BODY_BYTES);
  const responder = new EvaluationResponder({
    bodies,
    results,
    queue: new FairQueue(systemClock, fed.slices),
    counts: new ResultMetrics(fed.metrics, results),
    logger: log,
  });
  const intake = new Intake({
    mode: "keep",
    maxBodyBytes: MAX_BODY_BYTES,
    maxBodyMs: 10_000,
    queues: {
      isFull: () => false,
      isParkedFull: () => false,
      keep: async (_, payload) => void accepted.push(payload),
    },
    logger: log,
    metrics: fed.metrics,
    clock: systemClock,
  });
  const upstream = {
    ask: async () => ({ kind: "answered", status: 200, headers: GOALS, body: Buffer.from("[]") }) as const,
  };
  const declared = endpoints({
    environments: fed.environments,
    intake,
    responder,
    bodies,
    goals: new Goals(upstream, systemClock, log),
    probes: probeRoutes(new Health()),
    facts: { version: "1.0.0", redisAddress: "redis:6379", disconnectedStatusTimeMs: 60_000 },
    clock: systemClock,
  });
  return { log, accepted, declared, counts: new RouteCounts(fed.metrics) };
}
