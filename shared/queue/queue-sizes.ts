import type { Redis } from "ioredis";
import { eventQueueName, KEY_PREFIX } from "./queue-name.ts";

const BOARD = `${KEY_PREFIX}:queue-bytes`;
const MEASURED = `${KEY_PREFIX}:queue-bytes:measured`;

/** How old what the board says may become before somebody measures again. */
const FRESH_MS = 1000;
/** Jobs that one measurement of a queue looks at; a queue with fewer is measured exactly. */
const SAMPLES = 64;

/**
 * How many bytes a queue takes in Redis, its overhead included: of each state's jobs some at regular distances from
 * a random start, multiplied. Reads only.
 */
const MEASURE = `
local queue, samples, start = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local states, total = {}, 0
for _, state in ipairs({'wait', 'paused', 'active', 'delayed', 'prioritized'}) do
  local key = queue .. ':' .. state
  local kind = redis.call('TYPE', key).ok
  local count = kind == 'list' and redis.call('LLEN', key) or kind == 'zset' and redis.call('ZCARD', key) or 0
  if count > 0 then
    states[#states + 1] = {key = key, kind = kind, count = count}
    total = total + count
  end
end
local bytes = 0
for _, state in ipairs(states) do
  bytes = bytes + (redis.call('MEMORY', 'USAGE', state.key) or 0)
  local looks = math.min(state.count, math.ceil(samples * state.count / total))
  local sum = 0
  for look = 0, looks - 1 do
    local at = math.floor((look + start) * state.count / looks)
    local id = state.kind == 'list' and redis.call('LINDEX', state.key, at)
      or state.kind == 'zset' and redis.call('ZRANGE', state.key, at, at)[1]
    if id then sum = sum + (redis.call('MEMORY', 'USAGE', queue .. ':' .. id, 'SAMPLES', 0) or 0) end
  end
  bytes = bytes + sum * state.count / looks
end
return math.floor(bytes)
`;

/**
 * How much the queues of all environments take in Redis. A counter that is kept up with each job would drift with
 * every process that dies between two steps, so this is measured; once a second for all processes together, whoever
 * asks first, and written on a board in Redis that the others read. Sampling costs Redis about 0.2 ms a deep queue;
 * where jobs differ much in size it is some ten percent off, at each measurement in another direction.
 */
export class QueueSizes {
  readonly #connection: Redis;
  readonly #freshMs: number;

  /** `connection` has the purpose `command` and stays the caller's. */
  constructor(connection: Redis, freshMs = FRESH_MS) {
    this.#connection = connection;
    this.#freshMs = freshMs;
  }

  /**
   * Bytes by environment: of `environmentIds`, and of all others whose queues still hold something. Rejects when
   * Redis does not answer.
   */
  async read(environmentIds: Iterable<string>): Promise<ReadonlyMap<string, number>> {
    const mine = await this.#connection.set(MEASURED, "1", "PX", this.#freshMs, "NX");
    if (mine !== null) await this.#measure(new Set(environmentIds));
    const board = await this.#connection.hgetall(BOARD);
    return new Map(Object.entries(board).map(([id, bytes]) => [id, Number(bytes)]));
  }

  async #measure(environmentIds: Set<string>): Promise<void> {
    for (const id of await this.#connection.hkeys(BOARD)) environmentIds.add(id);
    for (const id of environmentIds) {
      const queue = `${KEY_PREFIX}:${eventQueueName(id)}`;
      const bytes = Number(await this.#connection.eval(MEASURE, 1, queue, SAMPLES, Math.random()));
      if (bytes > 0) await this.#connection.hset(BOARD, id, bytes);
      else await this.#connection.hdel(BOARD, id);
    }
  }
}
