import type { Clock } from "../../shared/base/clock.ts";
import type { Logger } from "../../shared/base/logger.ts";
import type { Metrics } from "../../shared/base/metrics.ts";
import type { Random } from "../../shared/base/random.ts";
import type { RedisSettings } from "../../shared/config/redis-settings.ts";
import type { EnvironmentSource } from "../../shared/model/environment-source.ts";
import { connectRedis } from "../../shared/redis/connect.ts";
import type { DeliveryParts } from "./delivery.ts";
import { deliveryMetrics } from "./delivery-metrics.ts";
import { EnvironmentLine } from "./environment-line.ts";
import { EnvironmentLines } from "./environment-lines.ts";
import { Poster } from "./post.ts";
import { measureQueues } from "./queue-metrics.ts";
import { Semaphore } from "./semaphore.ts";

/** What a forwarder is made of. */
export interface ForwarderParts {
  readonly environments: EnvironmentSource;
  /** The Redis of the events. */
  readonly redis: RedisSettings;
  /** `[Events] eventsUri`; may have a path. */
  readonly eventsUri: string;
  /** `[Events] samplingInterval`. */
  readonly samplingInterval: number;
  /** How long stopping waits for POSTs under way before it breaks them off. */
  readonly stopGraceMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
}

/** A forwarder at work. */
export interface Forwarder {
  /** Whether Redis can be reached, without which there is nothing to forward. */
  isConnected(): boolean;
  /** Takes no more jobs, finishes those in hand, and leaves to others what takes longer than `stopGraceMs`. */
  stop(): Promise<void>;
}

/** POSTs at a time, over all environments. */
const MAX_POSTS = 128;
/** What a job needs to be put back once its POSTs were broken off. */
const PUT_BACK_MS = 1000;

/**
 * Delivers the events of all environments to LaunchDarkly. Works as soon as Redis is there and as long as it is;
 * environments may come, change and go. The queue of one that went stays in Redis, for when it returns.
 */
export function createForwarder(parts: ForwarderParts): Forwarder {
  const { environments, redis, eventsUri, samplingInterval, stopGraceMs, logger, clock, random } = parts;
  const connections = {
    command: connectRedis(redis, "command", logger),
    consumer: connectRedis(redis, "consumer", logger),
  };
  const poster = new Poster(eventsUri, MAX_POSTS);
  const stopping = new AbortController();
  const delivery: DeliveryParts = {
    post: (payload, credentials, signal) => poster.post(payload, credentials, signal),
    posts: new Semaphore(MAX_POSTS),
    samplingInterval,
    stopping: stopping.signal,
    logger,
    metrics: deliveryMetrics(parts.metrics),
    clock,
    random,
  };
  const lines = new EnvironmentLines(
    environments,
    (environment) => new EnvironmentLine(environment, connections, delivery),
    stopGraceMs + PUT_BACK_MS,
    logger,
  );
  measureQueues(parts.metrics, () => lines);

  return {
    isConnected: () => connections.command.status === "ready" && connections.consumer.status === "ready",
    stop: async () => {
      const closed = new AbortController();
      const grace = clock.sleep(stopGraceMs, closed.signal).then(() => stopping.abort());
      await lines.close();
      closed.abort();
      await grace;
      await poster.close();
      connections.command.disconnect();
      connections.consumer.disconnect();
    },
  };
}
