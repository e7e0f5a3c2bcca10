import type { Redis } from "ioredis";
import { randomToken } from "../base/random.ts";
import { PAYLOAD_KINDS, type PayloadKind } from "./event-payload.ts";
import { ADOPT_PARKED } from "./parked-scripts.ts";
import { type EventsPlace, type QueuePlace, queueKey } from "./queue-place.ts";

/** Jobs that one step moves: few, so that Redis is not kept from others. */
const AT_ONCE = 50;

/**
 * Moves the newest jobs of one state to the end of another queue from which jobs are taken first, so that older ones
 * stay before newer ones. A job goes with its whole hash, and with the batches that it stands for: nothing is appended to
 * them any more, and each step is whole or not done at all. A job that somebody has in hand stays.
 *
 * ARGV from to state most suffix → how many were moved, and how many are in somebody's hands.
 */
const MOVE = `
local from, to, state, most, suffix = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
local function move_batch(generation)
  local batch = from .. 'batch:' .. generation
  local group = redis.call('HGET', batch, 'group')
  if not group then return end
  if redis.call('HGET', from .. 'open-batches', group) == generation then
    redis.call('HDEL', from .. 'open-batches', group)
  end
  redis.call('RENAMENX', batch, to .. 'batch:' .. generation)
end
local function move_job(id)
  local name, appended = unpack(redis.call('HMGET', from .. id, 'name', 'appended'))
  if not name then return end
  for generation in string.gmatch(appended or '', '%S+') do move_batch(generation) end
  move_batch(id)
  local as = id
  if redis.call('EXISTS', to .. as) == 1 then
    -- The order to flush the same batch, or the same letter, or a replay of two letters.
    if name == 'flush' or ARGV[6] == 'letters' then return redis.call('DEL', from .. id) end
    as = id .. '-' .. suffix
  end
  redis.call('RENAME', from .. id, to .. as)
  redis.call('HSET', to .. as, 'delay', 0)
  redis.call('RPUSH', to .. 'wait', as)
end
local kind = redis.call('TYPE', from .. state).ok
local moved, held = 0, 0
if state == 'active' then
  for _, id in ipairs(redis.call('LRANGE', from .. state, 0, -1)) do
    if redis.call('EXISTS', from .. id .. ':lock') == 1 then held = held + 1
    elseif moved < most then
      redis.call('LREM', from .. state, 1, id)
      move_job(id)
      moved = moved + 1
    end
  end
elseif kind == 'list' or kind == 'zset' then
  while moved < most do
    local id = kind == 'list' and redis.call('LPOP', from .. state) or kind == 'zset' and redis.call('ZPOPMAX', from .. state)[1]
    if not id then break end
    move_job(id)
    moved = moved + 1
  end
end
-- What BullMQ's Workers wait for.
if moved > 0 and ARGV[6] == 'jobs' then redis.call('ZADD', to .. 'marker', 0, '0') end
return {moved, held}
`;

/** What {@link adoptEvents} has done. */
export interface Adoption {
  readonly jobs: number;
  readonly letters: number;
  /** Jobs that a forwarder has in hand: it ends them, or they can be adopted a little later. */
  readonly inHand: number;
}

/**
 * Moves what waits or is parked at `from`, with dead letters and open batches, to `to`, whose owner delivers it from then on under
 * its payload ids. Whoever is killed meanwhile leaves each job at one of the two places: doing it again ends it.
 */
export async function adoptEvents(connection: Redis, from: EventsPlace, to: EventsPlace): Promise<Adoption> {
  const { moved: letters } = await moveAll(connection, from.deadLetters, to.deadLetters, "wait", "letters");
  let jobs = 0;
  let inHand = 0;
  // What is in hand may be put back to be tried again later: look there last, and waiting jobs before it are older.
  for (const state of ["wait", "paused", "prioritized", "delayed", "active"]) {
    const { moved, held } = await moveAll(connection, from.queue, to.queue, state, "jobs");
    jobs += moved;
    inHand += held;
  }
  for (const kind of PAYLOAD_KINDS) jobs += await moveParked(connection, from.queue, to.queue, kind);
  return { jobs, letters, inHand };
}

/** Resolves with how many were moved of what were jobs before they were parked. */
async function moveParked(
  connection: Redis,
  from: QueuePlace,
  to: QueuePlace,
  kind: PayloadKind,
): Promise<number> {
  const args = [queueKey(from, ""), queueKey(to, ""), kind, AT_ONCE, `release-${randomToken()}`];
  for (let all = 0; ; ) {
    const moved = Number(await connection.eval(ADOPT_PARKED, 0, ...args));
    all += moved;
    if (moved === 0) return all;
  }
}

async function moveAll(
  connection: Redis,
  from: QueuePlace,
  to: QueuePlace,
  state: string,
  what: "jobs" | "letters",
): Promise<{ moved: number; held: number }> {
  let all = 0;
  for (;;) {
    const args = [queueKey(from, ""), queueKey(to, ""), state, AT_ONCE, randomToken(), what];
    const [moved, held] = (await connection.eval(MOVE, 0, ...args)) as [number, number];
    all += moved;
    if (moved === 0) return { moved: all, held };
  }
}

/** Keys by which a queue is found again; they go last, so that a drop that was broken off can be done again. */
const LAST = ["meta", "claim"];
const SLICE = 1000;

/** Removes everything that lies at `place`. */
export async function dropEvents(connection: Redis, { queue, deadLetters }: EventsPlace): Promise<void> {
  const last = LAST.map((part) => queueKey(queue, part));
  for (const place of [deadLetters, queue]) {
    let cursor = "0";
    do {
      const pattern = `${literally(queueKey(place, ""))}*`;
      const [next, keys] = await connection.scan(cursor, "MATCH", pattern, "COUNT", SLICE);
      const now = keys.filter((key) => !last.includes(key));
      if (now.length > 0) await connection.unlink(...now);
      cursor = next;
    } while (cursor !== "0");
  }
  await connection.unlink(...last);
}

/** The pattern that only this text matches. */
function literally(text: string): string {
  return text.replace(/[\\*?[\]]/g, "\\$&");
}
