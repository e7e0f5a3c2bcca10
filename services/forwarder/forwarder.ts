import type { Redis } from "ioredis";
import type { Clock } from "../../shared/base/clock.ts";
import type { Logger } from "../../shared/base/logger.ts";
import type { Metrics } from "../../shared/base/metrics.ts";
import type { Random } from "../../shared/base/random.ts";
import type { OutboundSettings } from "../../shared/config/outbound-settings.ts";
import type { RedisSettings } from "../../shared/config/redis-settings.ts";
import type { EnvironmentSource } from "../../shared/environments/environment-source.ts";
import { PerEnvironment } from "../../shared/environments/per-environment.ts";
import { OutboundClient } from "../../shared/outbound/outbound-client.ts";
import { connectRedis } from "../../shared/redis/connect.ts";
import type { RedisStates } from "../../shared/redis/redis-states.ts";
import { batchingMetrics } from "./batching/batching-metrics.ts";
import { ClaimedDelivery } from "./claimed-delivery.ts";
import { Compression } from "./delivery/compression.ts";
import { CompressionHealth } from "./delivery/compression-health.ts";
import { deliveryMetrics } from "./delivery/delivery-metrics.ts";
import type { RetryPolicy } from "./delivery/delivery-outcome.ts";
import { POST_LIMITS, Poster } from "./delivery/post.ts";
import { DurabilityCheck } from "./durability-check.ts";
import type { EnvironmentDeliveryParts } from "./environment-delivery.ts";
import { logLeftEvents } from "./left-events.ts";
import { EventsOutages } from "./pacing/events-outages.ts";
import { Semaphore } from "./pacing/semaphore.ts";
import { measureQueues } from "./queue-metrics.ts";

/** What a forwarder is made of. */
export interface ForwarderParts {
  readonly environments: EnvironmentSource;
  /** The Redis of the events. */
  readonly redis: RedisSettings;
  /** The Redis of the flags, if it is another one. */
  readonly flagsRedis?: RedisSettings;
  readonly redisStates: RedisStates;
  /** `[Events] sendEvents`: without it there are only events that were accepted before, and nobody minds the rest. */
  readonly sendEvents: boolean;
  /** `[Events] eventsUri`; may have a path. */
  readonly eventsUri: string;
  /** How `eventsUri` is reached. */
  readonly outbound: OutboundSettings;
  /** `[Events] samplingInterval`. */
  readonly samplingInterval: number;
  /** `[Events] compress`. */
  readonly compress: boolean;
  readonly batches: BatchSettings;
  /** How we name ourselves in requests that bear no SDK's name. */
  readonly userAgent: string;
  /** `[Events] maxAge` and `retryMaxDelay`. */
  readonly retry: RetryPolicy;
  /** `[Events] parkMaxDelay`. */
  readonly parkMaxDelayMs: number;
  /** How long stopping waits for POSTs under way before it breaks them off. */
  readonly stopGraceMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
}

/** What `[Events]` says of batches. */
interface BatchSettings {
  /** `merge`: whether all analytics are batched, or only what must be summarised. */
  readonly merge: boolean;
  /** `flushInterval`. */
  readonly flushIntervalMs: number;
  /** `maxBatchBytes`. */
  readonly maxBytes: number;
  /** `capacity`: how many contexts the summary of one batch remembers. */
  readonly capacity: number;
}

/** What goes wrong at the moment, without keeping the forwarder from its work. */
interface ForwarderReport {
  /** Where LaunchDarkly takes no events at the moment, by environment, kind of credential and path, and why. */
  readonly obstacles: readonly ReportedObstacle[];
  /** Names of environments whose delivery the operator has paused. */
  readonly paused: readonly string[];
  /** Names of environments whose prefix another installation has claimed for its events, and what it calls them. */
  readonly claimedByOthers: Readonly<Record<string, string>>;
  /** Why the Redis of the events may forget some. */
  readonly redisConcerns: readonly string[];
}

/** What keeps payloads of an environment from one destination. */
type ReportedObstacle = {
  readonly environment: string;
  /** The kind of the credential, and the path below the events URI. */
  readonly credential: string;
  readonly path: string;
  readonly state: "refused" | "unreachable";
  readonly reason: string;
  /** ISO 8601. */
  readonly since: string;
};

/** A forwarder at work. */
export interface Forwarder {
  /** Whether Redis can be reached, without which there is nothing to forward. */
  isConnected(): boolean;
  /** What an operator wants to know beside that. */
  report(): ForwarderReport;
  /** What keeps the events of this environment from LaunchDarkly, as far as this forwarder has seen. */
  troubleOf(environmentId: string): string | undefined;
  /** The connection to the Redis of the flags. */
  readonly flags: Redis;
  /** Takes no more jobs, finishes those in hand, and leaves to others what takes longer than `stopGraceMs`. */
  stop(): Promise<void>;
}

/** POSTs at a time, over all environments, and of one: a slow environment must leave permits for others. */
const MAX_POSTS = 512;
const MAX_POSTS_OF_ONE = 128;
/** How long a first parking lasts. */
const FIRST_PARKING_MS = 30_000;
/** How long one payload may be under way that is tried after a parking, the wait for its turn included. */
const PROBE_MS = 25_000;
/** What a job needs to be put back once its POSTs were broken off. */
const PUT_BACK_MS = 1000;

/**
 * Delivers the events of all environments to LaunchDarkly. Works as soon as Redis is there and as long as it is;
 * environments may come, change and go. The queue of one that went stays in Redis, for when it returns.
 */
export function createForwarder(parts: ForwarderParts): Forwarder {
  const { environments, redis, eventsUri, samplingInterval, retry, stopGraceMs, logger, clock, random } =
    parts;
  const state = parts.redisStates.of(redis);
  state.whileAway("events that were accepted wait in Redis, and none are delivered");
  const connections = {
    command: connectRedis(redis, "command", state),
    consumer: connectRedis(redis, "consumer", state),
  };
  const flags =
    parts.flagsRedis === undefined
      ? connections.command
      : connectRedis(parts.flagsRedis, "command", parts.redisStates.of(parts.flagsRedis));
  const { maxBytes, ...batches } = parts.batches;
  const service = new OutboundClient(parts.outbound, {
    baseUri: eventsUri,
    userAgent: parts.userAgent,
    limits: { ...POST_LIMITS, connections: MAX_POSTS },
  });
  const poster = new Poster(service, eventsUri);
  const health = new CompressionHealth(logger, clock);
  const stopping = new AbortController();
  const shared: EnvironmentDeliveryParts = {
    connections,
    redis: state,
    delivery: {
      post: async (payload, credentials, signal) => {
        const result = await poster.post(payload, credentials, signal);
        health.observe(payload, result);
        return result;
      },
      posts: new Semaphore(MAX_POSTS),
      samplingInterval,
      retry,
      stopping: stopping.signal,
      logger,
      metrics: deliveryMetrics(parts.metrics),
      clock,
      random,
    },
    outages: new EventsOutages(eventsUri, logger, clock),
    compression: new Compression({ enabled: parts.compress, samplingInterval, health }),
    batching: {
      ...batches,
      userAgent: parts.userAgent,
      flags,
      logger,
      metrics: batchingMetrics(parts.metrics),
      clock,
    },
    maxBatchBytes: maxBytes,
    parking: {
      firstMs: Math.min(FIRST_PARKING_MS, parts.parkMaxDelayMs),
      maxMs: parts.parkMaxDelayMs,
      probeMs: PROBE_MS,
    },
    permits: MAX_POSTS_OF_ONE,
  };
  const closeMs = stopGraceMs + PUT_BACK_MS;
  const deliveries = new PerEnvironment<ClaimedDelivery>(
    environments,
    {
      start: (environment) => new ClaimedDelivery(environment, shared, closeMs),
      change: (delivery, environment) => delivery.change(environment),
      stop: (delivery) => delivery.close(closeMs),
    },
    logger,
  );
  measureQueues(parts.metrics, () => deliveries, clock);
  const memory = new DurabilityCheck(connections.command, logger);
  connections.command.once("ready", () => void logLeftEvents(connections.command, environments, logger));
  connections.command.on("ready", () => {
    if (parts.sendEvents) memory.look();
    for (const delivery of deliveries) void delivery.look();
  });
  return {
    isConnected: () => connections.command.status === "ready" && connections.consumer.status === "ready",
    report: () => ({
      obstacles: [...deliveries].flatMap(({ environmentName, obstacles }) =>
        obstacles.map(({ since, ...obstacle }) => ({
          environment: environmentName,
          ...obstacle,
          since: new Date(since).toISOString(),
        })),
      ),
      paused: [...deliveries]
        .filter(({ isPaused }) => isPaused)
        .map(({ environmentName }) => environmentName),
      claimedByOthers: Object.fromEntries(
        [...deliveries].flatMap(({ environmentName, claimedBy }) =>
          claimedBy === undefined ? [] : [[environmentName, claimedBy]],
        ),
      ),
      redisConcerns: memory.concerns,
    }),
    troubleOf: (environmentId) => deliveries.find(environmentId)?.trouble,
    flags,
    stop: async () => {
      const closed = new AbortController();
      const grace = clock.sleep(stopGraceMs, closed.signal).then(() => stopping.abort());
      await deliveries.stop();
      closed.abort();
      await grace;
      await service.close();
      connections.command.disconnect();
      connections.consumer.disconnect();
      flags.disconnect();
    },
  };
}
