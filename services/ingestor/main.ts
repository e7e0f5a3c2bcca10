import { systemClock } from "../../shared/base/clock.ts";
import type { Logger } from "../../shared/base/logger.ts";
import { StopScope } from "../../shared/base/stop-scope.ts";
import type { EnvironmentStore } from "../../shared/bus/environment-store.ts";
import { RedisEnvironmentStore } from "../../shared/bus/redis-environment-store.ts";
import type { RoleParts, RunningRole } from "../../shared/lifecycle/role.ts";
import type { Environment } from "../../shared/model/environment.ts";
import { OutboundClient } from "../../shared/outbound/outbound-client.ts";
import { Presence, roleIdentity } from "../../shared/presence/presence.ts";
import { connectRedis, FIRST_READY_MS, firstReady } from "../../shared/redis/connect.ts";
import { RedisClock } from "../../shared/redis/redis-clock.ts";
import { showRedisStates } from "../../shared/telemetry/redis-gauge.ts";
import type { UpstreamTarget } from "../../shared/upstream/fdv1/flag-connection.ts";
import {
  type FlagStream,
  type FlagStreamListener,
  SupervisedFlagStream,
} from "../../shared/upstream/flag-stream.ts";
import { upstreamOutages } from "../../shared/upstream/upstream-outages.ts";
import { ArchivedFlagStream } from "./archived-flag-stream.ts";
import { type ExitDecision, exitDecision } from "./exit-policy.ts";
import { startIngestors } from "./ingestor-environments.ts";
import { reportIngestors } from "./ingestor-health.ts";
import { EnvironmentIngestor } from "./leadership/environment-ingestor.ts";
import { LeaseLog } from "./leadership/lease-log.ts";
import { awaitStart, type StartOutcome } from "./leadership/start-outcome.ts";

/** A stream without a byte for five minutes is dead; LaunchDarkly sends comments in between. */
const SILENCE_MS = 300_000;
/** Far above any environment that LaunchDarkly serves, far below what would fill our memory. */
const MAX_EVENT_BYTES = 256 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;
/** How long LaunchDarkly may take to begin its answer. */
const HEADERS_TIMEOUT_MS = 30_000;

/**
 * Starts to keep Redis true to LaunchDarkly. It waits for neither: what is away is tried again. `end` is
 * called when the configuration wants the process to end because of how its environments started.
 */
export async function startIngestor(
  parts: RoleParts,
  end: (decision: ExitDecision) => void,
): Promise<RunningRole> {
  const { configuration, environments, logger, metrics, health } = parts;
  const { streamUri, initTimeoutMs } = configuration.main;
  const scope = new StopScope();

  const redisState = parts.redisStates.of(parts.redis);
  redisState.whileAway("flag changes do not reach Redis, and so no SDK");
  const redis = connectRedis(parts.redis, "command", redisState);
  scope.add("the connection to Redis", () => redis.disconnect());
  await firstReady(redis, FIRST_READY_MS);
  const service = new OutboundClient(configuration.outbound, {
    baseUri: streamUri,
    userAgent: `LDRelay/${parts.version}`,
    limits: {
      bodyTimeoutMs: 0, // The silence watchdog's affair.
      headersTimeoutMs: HEADERS_TIMEOUT_MS,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
    },
  });
  scope.add("the connections to LaunchDarkly", () => service.close());
  const target: UpstreamTarget = { service, silenceMs: SILENCE_MS, maxEventBytes: MAX_EVENT_BYTES };

  const leases = new LeaseLog(logger, systemClock);
  scope.add("the log of leases", () => leases.stop());
  const outages = upstreamOutages(streamUri, logger, systemClock);
  const storeOf = ({ prefix }: Environment): EnvironmentStore => new RedisEnvironmentStore(redis, prefix);
  const redisClock = new RedisClock(redis, systemClock);
  scope.add("the clock of Redis", () => redisClock.stop());
  const repairs = metrics.counter({
    name: "content_repairs_total",
    help: "Repairs of items that were missing or modified in Redis.",
    labels: ["environment"],
  });
  const openStream = (environment: Environment, listener: FlagStreamListener, log: Logger): FlagStream => {
    if (parts.archive !== undefined)
      return new ArchivedFlagStream(parts.archive, environment, listener, systemClock);
    const { name, credentials } = environment;
    const outage = outages.part(name);
    return new SupervisedFlagStream(
      target,
      credentials.sdkKey,
      listener,
      systemClock,
      Math.random,
      outage,
      log,
    );
  };
  const ingestors = startIngestors(
    environments,
    (environment, identity) => {
      const { name, prefix, logLevel } = environment;
      const log = logger.child({ environment: name }, logLevel);
      repairs.add({ environment: name }, 0);
      return new EnvironmentIngestor({
        store: storeOf(environment),
        prefix,
        identity,
        openStream: (listener) => openStream(environment, stampedByRedis(listener, redisClock), log),
        reports: redisState.reports(name),
        leases: { taken: () => leases.taken(name), ended: (end) => leases.ended(name, end) },
        clock: systemClock,
        logger: log,
        repaired: () => repairs.add({ environment: name }),
      });
    },
    logger,
  );
  scope.add("the ingestors", () => ingestors.stop());
  showRedisStates(metrics, { flags: redisState });
  reportIngestors(ingestors, redisState, health, metrics);

  const presence = new Presence(
    redis,
    roleIdentity(parts.version, systemClock),
    environments,
    ({ id }) => ({ role: "ingestor", leads: ingestors.find(id)?.leads ?? false }),
    systemClock,
    logger,
  );
  scope.add("announcing this role", () => presence.stop());

  const starting = new AbortController();
  scope.add("watching the start", () => starting.abort());
  const starts = [...ingestors.entries()].map(
    async ([environment, ingestor]): Promise<[string, StartOutcome | undefined]> => {
      const store = storeOf(environment);
      const isForeign = (): boolean => ingestor.isForeign;
      return [
        environment.name,
        await awaitStart(store, isForeign, initTimeoutMs, systemClock, starting.signal),
      ];
    },
  );
  void Promise.all(starts).then((outcomes) => {
    const decision = exitDecision(new Map(outcomes), configuration.main);
    if (decision !== undefined && !starting.signal.aborted) end(decision);
  });
  return scope;
}

/**
 * Says of events when they arrived by the clock of Redis, which edges can compare with theirs; 0 while that is not
 * known.
 */
function stampedByRedis(listener: FlagStreamListener, clock: RedisClock): FlagStreamListener {
  return {
    event: (received) => listener.event({ ...received, receivedAtMs: clock.now() ?? 0 }),
    stateChanged: () => listener.stateChanged(),
  };
}
