import type { Redis } from "ioredis";
import { type QueuePlace, queueKey } from "./queue-place.ts";

/** What the jobs of a queue in one state come to. */
export interface StateLoad {
  readonly jobs: number;
  /** Memory of Redis that they take, with Redis's own overhead: the mean of a few jobs, times their number. */
  readonly bytes: number;
  /** When the oldest of the jobs looked at was added, in milliseconds since the epoch; `undefined` without any. */
  readonly oldestAt: number | undefined;
}

/** What there is in a queue: to be taken, in hand, and to be tried again later. */
export interface QueueLoad {
  readonly waiting: StateLoad;
  readonly active: StateLoad;
  readonly delayed: StateLoad;
}

/** Jobs looked at in each state: enough for an estimate that is asked for every few seconds. */
const SAMPLES = 24;

/** Jobs spread evenly over each state, from the oldest on: of what waits, the oldest is exact. */
const SAMPLE = `
local base, samples = ARGV[1], tonumber(ARGV[2])
local function measure(length, idAt)
  local looked, bytes, oldest = 0, 0, false
  local step = math.max(1, math.floor(length / samples))
  for i = 0, math.min(length, samples) - 1 do
    local key = base .. (idAt(i * step) or '')
    local size = redis.call('MEMORY', 'USAGE', key, 'SAMPLES', 0)
    if size then
      looked, bytes = looked + 1, bytes + size
      local at = tonumber(redis.call('HGET', key, 'timestamp') or '')
      if at and (not oldest or at < oldest) then oldest = at end
    end
  end
  return {length, looked == 0 and 0 or math.floor(bytes / looked * length), oldest}
end
local function list(key)
  return measure(redis.call('LLEN', key), function(at) return redis.call('LINDEX', key, -1 - at) end)
end
local function sorted(key)
  return measure(redis.call('ZCARD', key), function(at) return redis.call('ZRANGE', key, at, at)[1] end)
end
return {list(KEYS[1]), list(KEYS[2]), sorted(KEYS[3])}
`;

/** Estimates a queue's load in one short step, however many jobs there are. */
export async function queueLoad(connection: Redis, queue: QueuePlace): Promise<QueueLoad> {
  const keys = ["wait", "active", "delayed"].map((state) => queueKey(queue, state));
  const answer = await connection.eval(SAMPLE, keys.length, ...keys, queueKey(queue, ""), SAMPLES);
  const [waiting, active, delayed] = answer as [Measured, Measured, Measured];
  return { waiting: stateLoad(waiting), active: stateLoad(active), delayed: stateLoad(delayed) };
}

type Measured = [jobs: number, bytes: number, oldestAt: number | null];

function stateLoad([jobs, bytes, oldestAt]: Measured): StateLoad {
  return { jobs, bytes, oldestAt: oldestAt ?? undefined };
}
