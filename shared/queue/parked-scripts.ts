import { HOLDS } from "./held-job-scripts.ts";

/**
 * The steps of a parked payload. Each is one Lua script that does nothing unless the job's lock is ours, so a payload is
 * at every moment either in a job or parked, whoever dies. None parses JSON: an entry is `payloads oldestAt job`, its
 * numbers for the script and its last part the job of these payloads, as it is written in a queue.
 *
 * The hash `parked` has of each kind what is parked (`kind:payloads`, `kind:bytes`), and in `kind:release` the id of the
 * one job that will take the next of them: whoever takes with another id takes nothing.
 */

/**
 * Moves payloads out of the job, which keeps the rest.
 *
 * KEYS job lock parked · ARGV token restOfJob listPrefix releasePrefix, then of each entry its kind, `front` or `back`, payloads,
 * oldestAt and job → the kinds that had no release, and now have one with the id `releasePrefix-kind`; or false: the
 * job is not ours.
 */
export const PARK_PAYLOADS = `${HOLDS}
local job, lock, parked = KEYS[1], KEYS[2], KEYS[3]
if not holds(job, lock, ARGV[1]) then return false end
local begun = {}
for i = 5, #ARGV, 5 do
  local kind, payloads = ARGV[i], ARGV[i + 2]
  local entry = payloads .. ' ' .. ARGV[i + 3] .. ' ' .. ARGV[i + 4]
  redis.call(ARGV[i + 1] == 'front' and 'LPUSH' or 'RPUSH', ARGV[3] .. kind, entry)
  redis.call('HINCRBY', parked, kind .. ':payloads', payloads)
  redis.call('HINCRBY', parked, kind .. ':bytes', #entry)
  if redis.call('HSETNX', parked, kind .. ':release', ARGV[4] .. '-' .. kind) == 1 then begun[#begun + 1] = kind end
end
redis.call('HSET', job, 'data', ARGV[2])
return begun`;

/**
 * Makes the oldest parked payloads of a kind the content of the job, as many entries as fit, at least one.
 *
 * KEYS job lock parked list · ARGV token kind release nextRelease maxPayloads maxBytes → the job's new data, or an empty
 * text without any, and the next release, or an empty text if nothing is left; or false: the job is not ours.
 */
export const TAKE_PAYLOADS = `${HOLDS}
local job, lock, parked, list = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local kind, next, maxPayloads, maxBytes = ARGV[2], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
if not holds(job, lock, ARGV[1]) then return false end
if redis.call('HGET', parked, kind .. ':release') ~= ARGV[3] then return {'', ''} end
local jobs, payloads, bytes = {}, 0, 0
while true do
  local entry = redis.call('LINDEX', list, 0)
  if not entry then break end
  local count, start = entry:match('^(%d+) %d+ ()')
  if #jobs > 0 and (payloads + count > maxPayloads or bytes + #entry > maxBytes) then break end
  redis.call('LPOP', list)
  payloads, bytes = payloads + count, bytes + #entry
  jobs[#jobs + 1] = entry:sub(start)
end
if redis.call('EXISTS', list) == 1 then
  redis.call('HINCRBY', parked, kind .. ':payloads', -payloads)
  redis.call('HINCRBY', parked, kind .. ':bytes', -bytes)
  redis.call('HSET', parked, kind .. ':release', next)
else
  redis.call('HDEL', parked, kind .. ':payloads', kind .. ':bytes', kind .. ':release')
  next = ''
end
if #jobs == 0 then return {'', next} end
local data = '{"version":1,"jobs":[' .. table.concat(jobs, ',') .. ']}'
redis.call('HSET', job, 'data', data)
return {data, next}`;

/** KEYS list → since when the first entry's oldest payload has been tried, or nothing. */
export const OLDEST_PARKED = `
local entry = redis.call('LINDEX', KEYS[1], 0)
return entry and entry:match('^%d+ (%d+) ') or false`;

/**
 * Moves parked payloads of a kind before those of another queue, the newest first, so that older ones stay before newer
 * ones. Forwarders see to it that there is the job of the release.
 *
 * ARGV from to kind most release → how many entries were moved.
 */
export const ADOPT_PARKED = `
local from, to, kind, most = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local list, into = from .. 'parked:' .. kind, to .. 'parked:' .. kind
local moved = 0
while moved < most do
  local entry = redis.call('RPOP', list)
  if not entry then break end
  redis.call('LPUSH', into, entry)
  local payloads = tonumber(entry:match('^(%d+) '))
  for queue, sign in pairs({[from] = -1, [to] = 1}) do
    redis.call('HINCRBY', queue .. 'parked', kind .. ':payloads', sign * payloads)
    redis.call('HINCRBY', queue .. 'parked', kind .. ':bytes', sign * #entry)
  end
  moved = moved + 1
end
if moved > 0 then redis.call('HSETNX', to .. 'parked', kind .. ':release', ARGV[5] .. '-' .. kind) end
if redis.call('EXISTS', list) == 0 then
  redis.call('HDEL', from .. 'parked', kind .. ':payloads', kind .. ':bytes', kind .. ':release')
end
return moved`;
