import type { Redis } from "ioredis";
import { KEY_PREFIX } from "./queue-name.ts";

/** More than BullMQ ever counts: the limiter of our queues is there to be parked, not to limit. */
export const LIMITER_MAX = 1e15;

const FIRST_MS = 30_000;
const LONGEST_MS = 15 * 60_000;

/**
 * One step, because several jobs find out at the same time that their key is refused: that is one parking. The
 * count lives for twice as long as the parking, so that only those soon after each other double. The limiter is
 * BullMQ's own key, set as its `queue.rateLimit` sets it.
 */
const PARK = `
local limiter, parkings = KEYS[1], KEYS[2]
local max, firstMs, longestMs = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if tonumber(redis.call('GET', limiter) or '0') >= max then return end
local times = redis.call('INCR', parkings)
local ms = math.floor(math.min(longestMs, firstMs * 2 ^ (times - 1)))
redis.call('PEXPIRE', parkings, 2 * ms)
redis.call('SET', limiter, ARGV[1], 'PX', ms)
`;

/**
 * Lets no Worker take a job from the queue for 30 s, and for twice as long each time that it is parked again soon
 * after, up to 15 minutes; a parked queue stays as it is. It lies in Redis and ends by itself, so a forwarder that
 * dies leaves nothing stuck.
 */
export async function park(connection: Redis, queueName: string): Promise<void> {
  await connection.eval(PARK, 2, ...keysOf(queueName), LIMITER_MAX, FIRST_MS, LONGEST_MS);
}

/** Ends the parking and forgets how often it happened. Workers notice within a second. */
export async function unpark(connection: Redis, queueName: string): Promise<void> {
  await connection.del(...keysOf(queueName));
}

function keysOf(queueName: string): [limiter: string, parkings: string] {
  return [`${KEY_PREFIX}:${queueName}:limiter`, `${KEY_PREFIX}:${queueName}:parkings`];
}
