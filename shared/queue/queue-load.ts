import type { Redis } from "ioredis";
import { KEY_PREFIX } from "./queue-name.ts";

/** What the jobs of a queue cost and how long they have been there. */
export interface QueueLoad {
  /** Memory of Redis that its jobs take, with Redis's own overhead: the mean of a few jobs, times their number. */
  readonly bytes: number;
  /** When the oldest of the jobs looked at was added, in milliseconds since the epoch; `undefined` of an empty queue. */
  readonly oldestAt: number | undefined;
}

/** Jobs looked at in each state: enough for an estimate that is asked for every few seconds. */
const SAMPLES = 24;

/** Jobs spread evenly over each list, from its oldest on: of what waits, the oldest is exact. */
const SAMPLE = `
local base, samples = ARGV[1], tonumber(ARGV[2])
local jobs, looked, bytes, oldest = 0, 0, 0, false
local function look(id)
  local key = base .. id
  local size = redis.call('MEMORY', 'USAGE', key, 'SAMPLES', 0)
  if not size then return end
  looked, bytes = looked + 1, bytes + size
  local at = tonumber(redis.call('HGET', key, 'timestamp') or '')
  if at and (not oldest or at < oldest) then oldest = at end
end
for i = 1, 3 do
  local length = redis.call('LLEN', KEYS[i])
  jobs = jobs + length
  local step = math.max(1, math.floor(length / samples))
  for at = 1, math.min(length, samples) do look(redis.call('LINDEX', KEYS[i], -1 - (at - 1) * step)) end
end
local delayed = redis.call('ZCARD', KEYS[4])
jobs = jobs + delayed
local step = math.max(1, math.floor(delayed / samples))
for at = 1, math.min(delayed, samples) do look(redis.call('ZRANGE', KEYS[4], (at - 1) * step, (at - 1) * step)[1]) end
if looked == 0 then return {0, false} end
return {math.floor(bytes / looked * jobs), oldest}
`;

/** Estimates a queue's load in one short step, however many jobs there are. */
export async function queueLoad(connection: Redis, queueName: string): Promise<QueueLoad> {
  const base = `${KEY_PREFIX}:${queueName}:`;
  const keys = ["wait", "paused", "active", "delayed"].map((state) => base + state);
  const [bytes, oldestAt] = (await connection.eval(SAMPLE, keys.length, ...keys, base, SAMPLES)) as [
    number,
    number | null,
  ];
  return { bytes, oldestAt: oldestAt ?? undefined };
}
