import { systemClock } from "../../shared/base/clock.ts";
import { durationText } from "../../shared/base/duration-text.ts";
import { FairQueue } from "../../shared/base/event-loop/fair-queue.ts";
import { Ticker } from "../../shared/base/event-loop/ticker.ts";
import { TimeSlices } from "../../shared/base/event-loop/time-slices.ts";
import { StopScope } from "../../shared/base/stop-scope.ts";
import { ChangeSubscriptions } from "../../shared/bus/change-subscriptions.ts";
import { RedisEnvironmentStore } from "../../shared/bus/redis-environment-store.ts";
import type { Health } from "../../shared/lifecycle/health.ts";
import { probeRoutes } from "../../shared/lifecycle/probe-routes.ts";
import type { RoleParts, RunningRole } from "../../shared/lifecycle/role.ts";
import { shutdownPhases } from "../../shared/lifecycle/shutdown-phases.ts";
import { OutboundClient } from "../../shared/outbound/outbound-client.ts";
import { Presence, roleIdentity } from "../../shared/presence/presence.ts";
import { connectRedis, FIRST_READY_MS, firstReady } from "../../shared/redis/connect.ts";
import { RedisClock } from "../../shared/redis/redis-clock.ts";
import { showRedisStates } from "../../shared/telemetry/redis-gauge.ts";
import { logData } from "./data-log.ts";
import { EdgeEnvironment } from "./environments/edge-environment.ts";
import { EdgeEnvironments } from "./environments/edge-environments.ts";
import { edgeMetrics } from "./environments/edge-metrics.ts";
import { showReplicas } from "./environments/replica-gauges.ts";
import { type EndProcess, exitOnError } from "./exit-on-error.ts";
import { Goals } from "./goals/goals.ts";
import { NO_GOALS } from "./goals/no-goals.ts";
import { GOALS_LIMITS, UpstreamGoals } from "./goals/upstream-goals.ts";
import { listen } from "./http/listener.ts";
import { RouteCounts } from "./http/response/route-count.ts";
import { Intake, type IntakeMode } from "./intake/intake.ts";
import { IntakeQueues } from "./intake/intake-queues.ts";
import { reportReadiness } from "./readiness.ts";
import { requestHandlers } from "./request-handlers.ts";
import { ContextBodies } from "./requests/context-body.ts";
import { EvaluationResponder } from "./results/evaluation-responder.ts";
import { ResultMetrics } from "./results/result-metrics.ts";
import { ResultSource } from "./results/result-source.ts";
import { endpoints } from "./routes/endpoints.ts";
import { streamMetrics } from "./streams/stream-metrics.ts";
import type { StreamParts } from "./streams/stream-parts.ts";

/** How long a client may take for what it has not read yet, before it is cut. */
const SLOW_CLIENT_DEADLINE_MS = 30_000;
/** How long a client may take to send the events whose headers it has sent. */
const MAX_BODY_MS = 60_000;
/** What is kept of results for those who ask again. */
const KEPT_RESULTS = { maxCount: 20_000, maxBytes: 64 * 1024 * 1024 };
/** The share of the time for answers under way that events are still held for a Redis that is away: then those can go out. */
const HOLD_SHARE = 2 / 3;

/** An edge answers probes itself, so it must be able to ask how the whole process is. */
export interface EdgeParts extends RoleParts {
  readonly health: Health;
}

/** An edge has clients to send elsewhere. */
export type RunningEdge = RunningRole & Required<Pick<RunningRole, "drain">>;

/**
 * Starts to serve SDKs: at once, whether Redis is there or not. Rejects with a `UserError` when the port cannot be
 * had. `end` is called when the configuration wants the process to end because an environment has no data; left out
 * where another role of the process sees to that.
 */
export async function startEdge(parts: EdgeParts, end?: EndProcess): Promise<RunningEdge> {
  const { configuration, environments, redis, version, logger, metrics, health } = parts;
  const { main, events } = configuration;
  const scope = new StopScope();

  const flagsState = parts.redisStates.of(redis);
  flagsState.whileAway("SDKs are served the flags in memory, and flag changes do not reach them");
  const commands = connectRedis(redis, "command", flagsState);
  scope.add("the connection to Redis", () => commands.disconnect());
  const subscriber = connectRedis(redis, "subscriber", flagsState);
  scope.add("the subscriptions", () => subscriber.disconnect());
  const subscriptions = new ChangeSubscriptions(subscriber, systemClock);
  await Promise.all([commands, subscriber].map((connection) => firstReady(connection, FIRST_READY_MS)));
  scope.add("watching the subscriptions", () => subscriptions.stop());

  const eventsRedis = events.redis ?? redis;
  const eventsState = parts.redisStates.of(eventsRedis);
  if (intakeMode(configuration) === "keep") eventsState.whileAway(holdConsequence(events.holdTimeMs));
  const eventsConnection = connectRedis(eventsRedis, "command", eventsState);
  scope.add("the connection to the Redis of the events", () => eventsConnection.disconnect());
  const queues = new IntakeQueues({
    environments,
    connection: eventsConnection,
    state: eventsState,
    flags: commands,
    limits: { maxBytes: events.maxQueueBytes, maxShare: events.maxQueueShare },
    holdMs: events.holdTimeMs,
    logger,
    metrics,
    clock: systemClock,
  });
  scope.add("the event queues", () => queues.close());
  health.addDetail("eventsClaimedByOthers", () => Object.fromEntries(queues.foreignClaims()));
  const intake = new Intake({
    mode: intakeMode(configuration),
    maxBodyBytes: events.maxInboundPayloadBytes,
    maxBodyMs: MAX_BODY_MS,
    queues,
    logger,
    metrics,
    clock: systemClock,
  });

  const streams: StreamParts = {
    limits: {
      heartbeatIntervalMs: main.heartbeatIntervalMs,
      maxClientConnectionTimeMs: main.maxClientConnectionTimeMs,
      slowClientDeadlineMs: SLOW_CLIENT_DEADLINE_MS,
      pingJitterMs: main.pingStreamJitterTimeMs,
    },
    clientStreams: main.clientStreams,
    clock: systemClock,
    random: Math.random,
    ticker: new Ticker(systemClock),
    slices: new TimeSlices(systemClock),
    metrics: streamMetrics(metrics),
  };
  const redisClock = new RedisClock(commands, systemClock);
  scope.add("the clock of Redis", () => redisClock.stop());
  const replicaMetrics = edgeMetrics(metrics, () => redisClock.now());
  const served = new EdgeEnvironments(
    environments,
    (environment) =>
      new EdgeEnvironment(
        environment,
        new RedisEnvironmentStore(commands, environment.prefix, subscriptions),
        flagsState,
        streams,
        replicaMetrics,
        systemClock,
        logger.child({ environment: environment.name }, environment.logLevel),
      ),
    systemClock,
    logger,
  );
  const presence = new Presence(
    commands,
    roleIdentity(version, systemClock),
    environments,
    ({ id }) => {
      const { position, openStreams, lastLagMs } = served.byId(id) ?? {};
      return {
        role: "edge",
        offset: position?.offset ?? null,
        streams: openStreams ?? 0,
        lagMs: lastLagMs ?? null,
      };
    },
    systemClock,
    logger,
  );
  scope.add("announcing this role", () => presence.stop());
  showReplicas(metrics, served);
  showRedisStates(metrics, { flags: flagsState, events: eventsState });
  const logging = new AbortController();
  scope.add("the log of data", () => logging.abort());
  void logData(served, logger, systemClock, logging.signal);
  reportReadiness(health, served, main.initTimeoutMs, systemClock);

  const bodies = new ContextBodies(main.maxClientRequestBodyBytes);
  const results = new ResultSource(KEPT_RESULTS);
  const responder = new EvaluationResponder({
    bodies,
    results,
    queue: new FairQueue(systemClock, streams.slices),
    counts: new ResultMetrics(metrics, results),
    logger,
  });
  const clientSide = new OutboundClient(configuration.outbound, {
    baseUri: main.clientSideBaseUri,
    userAgent: `LDRelay/${version}`,
    limits: GOALS_LIMITS,
  });
  scope.add("the connections for goals", () => clientSide.close());

  const counts = new RouteCounts(metrics);
  const declared = endpoints({
    environments: served,
    intake,
    responder,
    bodies,
    goals: new Goals(
      configuration.offline === undefined ? new UpstreamGoals(clientSide) : NO_GOALS,
      systemClock,
      logger,
    ),
    probes: probeRoutes(health),
    facts: {
      version,
      redisAddress: flagsState.address,
      disconnectedStatusTimeMs: main.disconnectedStatusTimeMs,
    },
    clock: systemClock,
  });
  const listener = await listen(requestHandlers(declared, { environments: served, counts, logger }), {
    host: main.host,
    port: main.port,
    idleMs: main.idleConnectionTimeoutMs,
  }).catch(async (error: unknown) => {
    await scope.stop();
    throw error;
  });
  const starting = new AbortController();
  scope.add("watching the start", () => starting.abort());
  if (end !== undefined && main.exitOnError)
    void exitOnError(served, main.initTimeoutMs, systemClock, end, starting.signal);
  logger.info(`Starting server listening on port ${listener.port}`, {
    event: "edge.listening",
    port: listener.port,
  });
  const phases = shutdownPhases(main);
  let answersMs = phases.answersWithoutDrainMs;
  // An open stream would keep the port from being done, so both end together.
  scope.add("the listener and its streams", async () => {
    queues.answerWithin(answersMs * HOLD_SHARE);
    await Promise.all([listener.stop(answersMs), served.stop()]);
  });
  return {
    stop: () => scope.stop(),
    drain: async () => {
      const { delayMs, endStreamsMs } = phases;
      logger.info(
        "draining: not ready, accepting connections for delayMs, then ending streams over endStreamsMs",
        {
          event: "edge.draining",
          delayMs,
          endStreamsMs,
        },
      );
      answersMs = phases.answersMs;
      listener.drain();
      await systemClock.sleep(delayMs);
      await listener.close();
      await served.endStreams(endStreamsMs);
    },
  };
}

function intakeMode({ events, offline }: RoleParts["configuration"]): IntakeMode {
  if (offline !== undefined) return "discard";
  return events.sendEvents ? "keep" : "refuse";
}

function holdConsequence(holdMs: number): string {
  return holdMs === 0
    ? "SDKs' events are refused with 503"
    : `SDKs' events are held for up to ${durationText(holdMs)}, then refused with 503`;
}
