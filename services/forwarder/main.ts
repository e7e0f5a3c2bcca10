import { systemClock } from "../../shared/base/clock.ts";
import { StopScope } from "../../shared/base/stop-scope.ts";
import { redisReason } from "../../shared/lifecycle/redis-reason.ts";
import type { RoleParts, RunningRole } from "../../shared/lifecycle/role.ts";
import { Presence, roleIdentity } from "../../shared/presence/presence.ts";
import { showRedisStates } from "../../shared/telemetry/redis-gauge.ts";
import { createForwarder } from "./forwarder.ts";

/** The share of the shutdown deadline that POSTs under way are given to finish, in a process of its own. */
const GRACE_SHARE = 0.5;

/**
 * Starts to deliver events to LaunchDarkly, as soon as Redis is there. Never waits for either. `graceShare` is the share of
 * the shutdown deadline that POSTs under way are given to finish.
 */
export function startForwarder(parts: RoleParts, graceShare = GRACE_SHARE): RunningRole {
  const { configuration, environments, redis, logger, metrics, health } = parts;
  if (configuration.offline !== undefined) return deliverNothing(logger);
  const { events, main } = configuration;
  const scope = new StopScope();
  if (events.sendEvents && events.capacityIsGiven)
    logger.info("[Events] capacity limits the contexts that one batch remembers, not the queue", {
      event: "events.capacity",
      capacity: events.capacity,
    });
  const forwarder = createForwarder({
    environments,
    redis: events.redis ?? redis,
    ...(events.redis !== undefined && { flagsRedis: redis }),
    redisStates: parts.redisStates,
    sendEvents: events.sendEvents,
    eventsUri: events.eventsUri,
    outbound: configuration.outbound,
    samplingInterval: events.samplingInterval,
    compress: events.compress,
    batches: {
      merge: events.merge,
      flushIntervalMs: events.flushIntervalMs,
      maxBytes: events.maxBatchBytes,
      capacity: events.capacity,
    },
    userAgent: `LDRelay/${parts.version}`,
    retry: { maxAgeMs: events.maxAgeMs, maxDelayMs: events.retryMaxDelayMs },
    parkMaxDelayMs: events.parkMaxDelayMs,
    stopGraceMs: main.shutdownTimeoutMs * graceShare,
    logger,
    metrics,
    clock: systemClock,
    random: Math.random,
  });
  scope.add("delivering events", () => forwarder.stop());
  const presence = new Presence(
    forwarder.flags,
    roleIdentity(parts.version, systemClock),
    environments,
    ({ id }) => ({ role: "forwarder", trouble: forwarder.troubleOf(id) ?? null }),
    systemClock,
    logger,
  );
  scope.add("announcing this role", () => presence.stop());
  const eventsState = parts.redisStates.of(events.redis ?? redis);
  showRedisStates(metrics, { flags: parts.redisStates.of(redis), events: eventsState });
  health.addCheck("forwarder", () => {
    if (forwarder.isConnected()) return redisReason(eventsState);
    return redisReason(eventsState) ?? { code: "redis.connecting", reason: "not connected to Redis yet" };
  });
  health.addDetail("events", () => ({ ...forwarder.report() }));
  return scope;
}

/** Offline nothing leaves; what was accepted before stays in Redis until a forwarder is online. */
function deliverNothing(logger: RoleParts["logger"]): RunningRole {
  logger.info("offline mode: no events are delivered, those that wait in Redis stay there", {
    event: "events.offline",
  });
  return { stop: () => Promise.resolve() };
}
