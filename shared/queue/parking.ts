import type { Redis } from "ioredis";
import { type QueuePlace, queueKey } from "./queue-place.ts";

/** More than BullMQ ever counts: the limiter of our queues is there to be parked, not to limit. */
export const LIMITER_MAX = 1e15;

/** How long a queue rests: `firstMs`, and twice as long each time it is parked again soon after, up to `maxMs`. */
export interface ParkingTimes {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Whoever tries a payload after a parking has this long to say how it went; more than a POST may take. */
const PROBE_MS = 25_000;

/**
 * One step, because several jobs find out at the same time that their key is refused: that is one parking. The
 * memory of it lives for twice as long as the parking, so that only those soon after each other double, and what
 * comes in between is tried with care. The limiter is BullMQ's own key, set as its `queue.rateLimit` sets it.
 */
const PARK = `
local limiter, parking, probe = KEYS[1], KEYS[2], KEYS[3]
local max, firstMs, maxMs, reason, credential = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5]
redis.call('DEL', probe)
if tonumber(redis.call('GET', limiter) or '0') >= max then return {redis.call('PTTL', limiter), 0} end
local times = redis.call('HINCRBY', parking, 'times', 1)
local ms = math.floor(math.min(maxMs, firstMs * 2 ^ (times - 1)))
redis.call('HSET', parking, 'reason', reason, 'credential', credential)
redis.call('PEXPIRE', parking, 2 * ms)
redis.call('SET', limiter, ARGV[1], 'PX', ms)
return {ms, 1}
`;

const ADMIT = `
local limiter, parking, probe = KEYS[1], KEYS[2], KEYS[3]
if tonumber(redis.call('GET', limiter) or '0') >= tonumber(ARGV[1]) then return {'parked', redis.call('PTTL', limiter)} end
if redis.call('EXISTS', parking) == 0 then return {'free', 0} end
if redis.call('SET', probe, '1', 'NX', 'PX', ARGV[2]) then return {'probe', 0} end
return {'wait', 0}
`;

const LIFT_IF_OTHER = `
local credential = redis.call('HGET', KEYS[2], 'credential')
if not credential or credential == ARGV[1] then return 0 end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
return 1
`;

/** What may be done with the queue's payloads at the moment. */
export type Admission =
  | { readonly kind: "free" }
  /** The key was refused a while ago: try one payload, then {@link Parking.lift}, park or {@link Parking.release}. */
  | { readonly kind: "probe" }
  /** Somebody else is trying one. */
  | { readonly kind: "wait" }
  | { readonly kind: "parked"; readonly forMs: number };

/** A queue that rests because LaunchDarkly refuses its key. */
export interface ParkedQueue {
  readonly reason: string;
  /** How long it still rests; 0 if one payload may be tried. */
  readonly forMs: number;
}

type ParkingKeys = readonly [limiter: string, parking: string, probe: string];

function parkingKeys(queue: QueuePlace): ParkingKeys {
  return [queueKey(queue, "limiter"), queueKey(queue, "parking"), queueKey(queue, "probe")];
}

/** Whether a queue rests, or must be tried with care; `undefined` if neither. */
export async function parkedQueue(connection: Redis, queue: QueuePlace): Promise<ParkedQueue | undefined> {
  const [limiter, parking] = parkingKeys(queue);
  const [reason, ttl] = await Promise.all([connection.hget(parking, "reason"), connection.pttl(limiter)]);
  return reason === null ? undefined : { reason, forMs: Math.max(0, ttl) };
}

/**
 * Lets a queue rest whose payloads would all fare alike. It lies in Redis and ends by itself, so a forwarder that
 * dies leaves nothing stuck; afterwards one payload, of all forwarders together, is tried before the others follow.
 */
export class Parking {
  readonly #connection: Redis;
  readonly #keys: ParkingKeys;
  readonly #times: ParkingTimes;

  constructor(connection: Redis, queue: QueuePlace, times: ParkingTimes) {
    this.#connection = connection;
    this.#keys = parkingKeys(queue);
    this.#times = times;
  }

  /** Lets no Worker take a job for a while. `credential` says which keys were refused, without being one. */
  async park(
    reason: string,
    credential: string,
  ): Promise<{ readonly forMs: number; readonly begins: boolean }> {
    const { firstMs, maxMs } = this.#times;
    const [forMs, begins] = (await this.#eval(PARK, LIMITER_MAX, firstMs, maxMs, reason, credential)) as [
      number,
      number,
    ];
    return { forMs, begins: begins === 1 };
  }

  /** Asks before a job's payloads are tried; of those who ask after a parking, one is told to probe. */
  async admit(): Promise<Admission> {
    const [kind, forMs] = (await this.#eval(ADMIT, LIMITER_MAX, PROBE_MS)) as [Admission["kind"], number];
    return kind === "parked" ? { kind, forMs } : { kind };
  }

  /** Ends the parking and forgets how often it happened. Workers notice within a second. */
  async lift(): Promise<void> {
    await this.#connection.del(...this.#keys);
  }

  /** Ends the parking if it was for other keys than these; resolves with whether it did. */
  async liftIfOther(credential: string): Promise<boolean> {
    return (await this.#eval(LIFT_IF_OTHER, credential)) === 1;
  }

  /** The probe said nothing about the key: let somebody else try. */
  async release(): Promise<void> {
    await this.#connection.del(this.#keys[2]);
  }

  #eval(script: string, ...args: (string | number)[]): Promise<unknown> {
    return this.#connection.eval(script, this.#keys.length, ...this.#keys, ...args);
  }
}
