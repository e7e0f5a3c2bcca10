import type { Redis } from "ioredis";
import type { Environment } from "../../shared/model/environment.ts";
import { type EnvironmentStatus, environmentStatus, type QueueRow } from "./environment-status.ts";
import type { RedisStatus } from "./redis-status.ts";
import { statusNotices } from "./status-notices.ts";

/** How a relay does, as everybody can see who has its configuration: all of it stands in Redis. */
export interface RelayStatus {
  /** ISO 8601, by the clock of Redis; `null` while that is away. */
  readonly at: string | null;
  readonly redis: readonly RedisStatus[];
  /** Nothing of it is known while the Redis of the flags is away. */
  readonly environments: readonly EnvironmentStatus[];
  /** What somebody should look at, in sentences. */
  readonly notices: readonly string[];
}

/** Where the status is read. */
export interface StatusSources {
  readonly redis: readonly RedisStatus[];
  /** The Redis of the flags; `undefined` while it is away. */
  readonly flags: Redis | undefined;
  /** What is in the queue of an environment; `undefined` while the Redis of the events is away. */
  readonly queueRows: ((environment: Environment) => Promise<readonly QueueRow[]>) | undefined;
}

/** Environments that are asked for at a time. */
const CHUNK = 50;

/** Asks how the relay of these environments does. Rejects when a Redis that was there is so no more. */
export async function relayStatus(
  environments: readonly Environment[],
  { redis, flags, queueRows }: StatusSources,
): Promise<RelayStatus> {
  if (flags === undefined) return withNotices({ at: null, redis, environments: [] });
  const now = await redisTimeMs(flags);
  const statuses: EnvironmentStatus[] = [];
  for (let at = 0; at < environments.length; at += CHUNK) {
    const some = environments
      .slice(at, at + CHUNK)
      .map((environment) => environmentStatus(environment, flags, queueRows, now));
    statuses.push(...(await Promise.all(some)));
  }
  return withNotices({ at: new Date(now).toISOString(), redis, environments: statuses });
}

function withNotices(status: Omit<RelayStatus, "notices">): RelayStatus {
  return { ...status, notices: statusNotices(status.redis, status.environments) };
}

async function redisTimeMs(redis: Redis): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}
