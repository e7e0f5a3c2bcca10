import { EdgeEnvironment } from "../../services/edge/environments/edge-environment.ts";
import { EdgeEnvironments } from "../../services/edge/environments/edge-environments.ts";
import { edgeMetrics } from "../../services/edge/environments/edge-metrics.ts";
import { streamMetrics } from "../../services/edge/streams/stream-metrics.ts";
import { systemClock } from "../../shared/base/clock.ts";
import { Ticker } from "../../shared/base/event-loop/ticker.ts";
import { TimeSlices } from "../../shared/base/event-loop/time-slices.ts";
import { EnvironmentList } from "../../shared/environments/environment-source.ts";
import { claimOf, encodeClaim } from "../../shared/model/claim.ts";
import type { Environment } from "../../shared/model/environment.ts";
import { type Change, NO_DATA, withChanges } from "../../shared/model/item.ts";
import { SeededRandom } from "./bus-world/seeded-random.ts";
import { SimulatedRedis } from "./bus-world/simulated-redis.ts";
import { VirtualProcess, VirtualTime } from "./bus-world/virtual-time.ts";
import { RecordedMetrics } from "./recorded.ts";
import { redisState } from "./redis-reports.ts";
import { silentLogger } from "./silent-logger.ts";
import { StoreWriter } from "./store-writer.ts";

/** An environment, and what an ingestor has written for it; without `content` it has no data. */
export interface HandFed {
  readonly environment: Environment;
  readonly content?: readonly Change[];
  /** LaunchDarkly's id, as its stream names it. */
  readonly upstreamId?: string;
}

/** The environments of a real edge, whose data come from a simulated Redis in virtual time: in a millisecond. */
export class HandFedEnvironments {
  readonly environments: EdgeEnvironments;
  readonly metrics = new RecordedMetrics();
  readonly slices = new TimeSlices(systemClock);
  readonly #time = new VirtualTime();
  readonly #redis = new SimulatedRedis(this.#time, new SeededRandom(1), { slow: 0, unknown: 0, loss: 0 });

  private constructor(all: readonly HandFed[]) {
    const process = new VirtualProcess(this.#time);
    const state = redisState({ kind: "unix", path: "/simulated", db: 0 }, silentLogger);
    const streams = {
      limits: {
        heartbeatIntervalMs: 0,
        maxClientConnectionTimeMs: 0,
        slowClientDeadlineMs: 30_000,
        pingJitterMs: 0,
      },
      clientStreams: "ping" as const,
      clock: systemClock,
      random: Math.random,
      ticker: new Ticker(systemClock),
      slices: this.slices,
      metrics: streamMetrics(this.metrics),
    };
    const gauges = edgeMetrics(this.metrics, () => this.#time.now);
    this.environments = new EdgeEnvironments(
      new EnvironmentList(all.map(({ environment }) => environment)),
      (environment) =>
        new EdgeEnvironment(
          environment,
          this.#redis.connect(process, environment.prefix),
          state,
          streams,
          gauges,
          process,
          silentLogger,
        ),
      process,
      silentLogger,
    );
  }

  /** Resolves once every environment with content has it. */
  static async start(all: readonly HandFed[]): Promise<HandFedEnvironments> {
    const fed = new HandFedEnvironments(all);
    await fed.#pass(100);
    for (const each of all) await fed.#write(each);
    return fed;
  }

  async #write({ environment, content, upstreamId }: HandFed): Promise<void> {
    if (content === undefined) return;
    const store = this.#redis.connect(new VirtualProcess(this.#time), environment.prefix);
    const written = new StoreWriter(store, environment).write(withChanges(NO_DATA, content), this.#time.now);
    await this.#pass(100);
    await written;
    if (upstreamId === undefined) return;
    const upstream = { state: "VALID", since: 1, envId: upstreamId } as const;
    const renewed = store.renew("writer", 3_600_000, encodeClaim(claimOf(environment)), upstream, undefined);
    await this.#pass(5_000);
    await renewed;
  }

  async #pass(ms: number): Promise<void> {
    await this.#time.run(this.#time.now + ms);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = this.environments.stop();
    await this.#pass(10_000);
    await stopped;
  }
}
