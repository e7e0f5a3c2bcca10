/**
 * Measures the jobs of a queue by state: how many there are, what memory they take, and when the oldest was added. It looks
 * at a bounded number of jobs, spread evenly from a random start, and always at the one that waits longest. A state's
 * share of the looks is its share of the jobs.
 *
 * KEYS wait paused prioritized active delayed · ARGV base looks start → for waiting (the first three), active and delayed:
 * jobs, bytes, oldestAt or false. `paused` is where earlier versions of BullMQ put what waits while a queue is paused.
 */
export const MEASURE_QUEUE = `
local base, most, start = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local lists, total = {}, 0
for i, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  local count = kind == 'list' and redis.call('LLEN', key) or kind == 'zset' and redis.call('ZCARD', key) or 0
  lists[i] = {key = key, kind = kind, count = count}
  total = total + count
end
local function id_at(list, at)
  if list.kind == 'list' then return redis.call('LINDEX', list.key, at) end
  return redis.call('ZRANGE', list.key, at, at)[1]
end
local function added_at(id)
  return tonumber(redis.call('HGET', base .. id, 'timestamp') or '')
end
local function measure(state, list)
  if list.count == 0 then return end
  local looks = math.min(list.count, math.ceil(most * list.count / total))
  local looked, bytes = 0, 0
  local function older(at) if at and (not state[3] or at < state[3]) then state[3] = at end end
  for look = 0, looks - 1 do
    local id = id_at(list, math.floor((look + start) * list.count / looks))
    local size = id and redis.call('MEMORY', 'USAGE', base .. id, 'SAMPLES', 0)
    if size then
      looked, bytes = looked + 1, bytes + size
      older(added_at(id))
    end
  end
  local last = list.kind == 'list' and id_at(list, -1)
  if last then older(added_at(last)) end
  state[1] = state[1] + list.count
  state[2] = state[2] + (redis.call('MEMORY', 'USAGE', list.key) or 0)
  if looked > 0 then state[2] = state[2] + math.floor(bytes / looked * list.count) end
end
local waiting, active, delayed = {0, 0, false}, {0, 0, false}, {0, 0, false}
for i, state in ipairs({waiting, waiting, waiting, active, delayed}) do measure(state, lists[i]) end
return {waiting, active, delayed}`;
