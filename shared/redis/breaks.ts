import type { Redis } from "ioredis";

const breaks = new WeakMap<Redis, number>();

/**
 * Begins to count how often the connection is lost. What was begun before a break must not be continued after it:
 * the Redis that comes back may have forgotten its newest writes.
 */
export function countBreaks(redis: Redis): void {
  breaks.set(redis, 0);
  redis.on("close", () => breaks.set(redis, breaksOf(redis) + 1));
}

/** How often the connection was lost so far. */
export function breaksOf(redis: Redis): number {
  return breaks.get(redis) ?? 0;
}
