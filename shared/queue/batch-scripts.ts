import { HOLDS } from "./held-job-scripts.ts";

/**
 * The steps of a batch. Each is one atomic Lua script; none parses JSON; and all do
 * nothing unless the job's lock is ours (E5), nor for a job that is gone. The names of the keys of batches follow from the
 * queue's, which in Redis Cluster therefore needs a hash tag, as it does for BullMQ.
 */

/**
 * Appends payloads to the open batches of their groups, at most once a job, and beginning a batch where none is open.
 * The job's own hash remembers where they went: a mark that leaves with the job, and that `updateData` spares.
 * A batch is a hash: its group, its size, and its payloads by id, so that an id is in it only once, each behind a
 * number that grows.
 *
 * KEYS job lock openBatches · ARGV token batchPrefix newGeneration maxBytes, then of each payload its group, id, bytes and
 * text → the generations, parted by spaces, or false: the job is not ours.
 */
export const APPEND = `${HOLDS}
local job, lock, open = KEYS[1], KEYS[2], KEYS[3]
if not holds(job, lock, ARGV[1]) then return false end
local appended = redis.call('HGET', job, 'appended')
if appended then return appended end
local generations, known, begun = {}, {}, 0
for i = 5, #ARGV, 4 do
  local group, id, bytes, text = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local generation = redis.call('HGET', open, group)
  if not generation then
    begun = begun + 1
    generation = ARGV[3] .. '-' .. begun
    redis.call('HSET', open, group, generation)
    redis.call('HSET', ARGV[2] .. generation, 'group', group)
  end
  local batch = ARGV[2] .. generation
  local place = redis.call('HLEN', batch)
  if redis.call('HSETNX', batch, 'payload:' .. id, place .. ' ' .. text) == 1 then
    local size = redis.call('HINCRBY', batch, 'bytes', bytes)
    if size >= tonumber(ARGV[4]) then redis.call('HDEL', open, group) end
  end
  if not known[generation] then
    known[generation] = true
    table.insert(generations, generation)
  end
end
appended = table.concat(generations, ' ')
redis.call('HSET', job, 'appended', appended)
return appended`;

/**
 * Closes the batch: nothing is appended to it any more. It stays until it is settled, so this may be done again.
 *
 * KEYS job lock openBatches batch · ARGV token generation → the batch's fields and values (none: it is settled), or false:
 * the job is not ours.
 */
export const CLOSE = `${HOLDS}
local job, lock, open, batch = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
if not holds(job, lock, ARGV[1]) then return false end
local group = redis.call('HGET', batch, 'group')
if group and redis.call('HGET', open, group) == ARGV[2] then redis.call('HDEL', open, group) end
return redis.call('HGETALL', batch)`;

/**
 * Puts what the batch became into the job, in the batch's place.
 *
 * KEYS job lock batch · ARGV token data → 1, or false: the job is not ours, or the batch was settled already.
 */
export const SETTLE = `${HOLDS}
local job, lock, batch = KEYS[1], KEYS[2], KEYS[3]
if not holds(job, lock, ARGV[1]) or redis.call('EXISTS', batch) == 0 then return false end
redis.call('HSET', job, 'data', ARGV[2])
redis.call('DEL', batch)
return 1`;
