import { Redis, type RedisOptions } from "ioredis";
import { backoffMs } from "../base/backoff.ts";
import { systemClock } from "../base/clock.ts";
import type { RedisSettings } from "../config/redis-settings.ts";
import { countBreaks } from "./breaks.ts";
import { NotConnectedError } from "./not-connected-error.ts";
import { redisCause } from "./redis-cause.ts";
import type { RedisReports, RedisState } from "./redis-state.ts";

/**
 * What a connection is for.
 *
 * - `command`: asking and writing, also adding jobs. A command fails at once while Redis is away, and after
 *   2 s when Redis does not answer: its outcome is then unknown, but it is never sent a second time.
 * - `subscriber`: pub/sub. Nothing is subscribed again by itself: whoever follows a channel subscribes at every
 *   `ready` and then looks for what it missed, which a silent resubscription would hide.
 * - `consumer`: BullMQ Workers. Commands wait while a connection is being made.
 */
export type RedisPurpose = "command" | "subscriber" | "consumer";

/** What a start allows for the first connection before it goes on without. */
export const FIRST_READY_MS = 500;

const RECONNECT = { firstMs: 50, maxMs: 2000, jitter: 0.5 };
const READ_ONLY_RECONNECT_MS = 5000;

/** ioredis's options, and the form of replies that its types then promise. */
type Options = RedisOptions & { readonly replyMapping: "legacy" };

/**
 * What breaks off with the connection fails at once (0 retries) and is never sent again. `null` retries would
 * not do, not even for Workers: with resending off, ioredis then forgets such a command and never settles it.
 */
const COMMON: RedisOptions = {
  retryStrategy: (attempt) => backoffMs(RECONNECT, attempt, Math.random),
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  connectTimeout: 5000,
  keepAlive: 10_000,
};

const BY_PURPOSE: Readonly<Record<RedisPurpose, RedisOptions>> = {
  command: { enableOfflineQueue: false, commandTimeout: 2000 },
  subscriber: { enableOfflineQueue: false, commandTimeout: 2000, autoResubscribe: false },
  // Without the offline queue a Worker would ask in a tight loop while Redis is away. Its blocking command lasts
  // up to 10 s, so a longer silence means that the other end is gone without a word.
  consumer: { enableOfflineQueue: true, socketTimeout: 15_000 },
};

/** ioredis's options for a connection to `settings` that behaves as {@link RedisPurpose} says. */
export function redisOptions(settings: RedisSettings, purpose: RedisPurpose): Options {
  const { db, username, password } = settings;
  return {
    ...COMMON,
    ...BY_PURPOSE[purpose],
    reconnectOnError: reconnectIfReadOnly(),
    ...(settings.kind === "unix"
      ? { path: settings.path }
      : { host: settings.host, port: settings.port, ...(settings.tls && { tls: {} }) }),
    replyMapping: "legacy",
    db,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
}

/**
 * Opens a connection that tries for ever, every 2 s at the latest. A Redis that is away, also one that never was
 * there, neither throws nor ends the process; `status` is `"ready"` while commands can be sent. How it does goes to
 * `state`, which logs it. Close with `disconnect()`.
 */
export function connectRedis(settings: RedisSettings, purpose: RedisPurpose, state: RedisState): Redis {
  // What CLIENT LIST shows; a user who may not set it goes without.
  const connectionName = `${state.processName}:${purpose}`;
  const redis = new Redis({ ...redisOptions(settings, purpose), connectionName });
  countBreaks(redis);
  reportConnection(redis, state.reports());
  return redis;
}

/** The connection, if a command can be sent over it right now. Throws a {@link NotConnectedError} otherwise. */
export function connected(redis: Redis): Redis {
  if (redis.status !== "ready") throw new NotConnectedError();
  return redis;
}

/**
 * Resolves when the connection can be used for the first time, or after `timeoutMs` without that: what begins with
 * it then does not begin with an error where Redis is simply a few milliseconds away.
 */
export async function firstReady(redis: Redis, timeoutMs: number): Promise<void> {
  if (redis.status === "ready") return;
  const waiting = new AbortController();
  redis.once("ready", () => waiting.abort());
  await systemClock.sleep(timeoutMs, waiting.signal);
}

/** The connection itself is a part of the process that uses Redis: it fails when it breaks, until it is ready again. */
function reportConnection(redis: Redis, reports: RedisReports): void {
  redis.on("error", (error) => reports.failed(error));
  redis.on("close", () => reports.failed(new NotConnectedError()));
  redis.on("ready", () => reports.answered());
  redis.on("end", () => reports.leave());
}

/**
 * A replica that was the primary until a failover refuses every write: connect anew, to find the new one. Not at each
 * refusal, or where there is no new one the connection would break many times a second, and with it what others ask.
 */
function reconnectIfReadOnly(): (error: Error) => boolean {
  let lastAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    const now = performance.now();
    if (redisCause(error).code !== "READONLY" || now - lastAt < READ_ONLY_RECONNECT_MS) return false;
    lastAt = now;
    return true;
  };
}
