/**
 * Moves the newest jobs of one state to the end of another queue from which jobs are taken first, so that older ones
 * stay before newer ones. A job goes with its whole hash, and with the batches that it stands for: nothing is appended to
 * them any more, and each step is whole or not done at all. A job that somebody has in hand stays.
 *
 * ARGV from to state most suffix → how many were moved, and how many are in somebody's hands.
 */
export const MOVE_JOBS = `
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
