/**
 * The steps of a parking. Each is one Lua script over the same keys.
 *
 * KEYS parking rest probe hurry
 */

/**
 * One step, because several jobs find out at the same time that a key is refused: that is one parking. The memory of
 * it outlives the parking, so that only those soon after each other double, and what comes in between is tried with
 * care.
 *
 * ARGV firstMs maxMs reason credential now doubtful doubtMs probeMs → for how long it is parked, and 1 if a parking
 * begins or has another reason.
 */
export const PARK = `
local parking, rest, probe = KEYS[1], KEYS[2], KEYS[3]
local firstMs, maxMs, reason, credential, now = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5]
redis.call('DEL', probe)
local leftMs = redis.call('PTTL', rest)
if leftMs > 0 then return {leftMs, 0} end
local known = redis.call('HMGET', parking, 'times', 'reason')
local times, ms = tonumber(known[1] or '0'), 0
if not known[1] and ARGV[6] == '1' then
  ms = math.min(firstMs, tonumber(ARGV[7]))
else
  times = times + 1
  ms = math.floor(math.min(maxMs, firstMs * 2 ^ (times - 1)))
end
redis.call('HSET', parking, 'times', times, 'reason', reason, 'credential', credential)
redis.call('HSETNX', parking, 'since', now)
redis.call('PEXPIRE', parking, 2 * ms + tonumber(ARGV[8]))
redis.call('SET', rest, '1', 'PX', ms)
return {ms, known[2] == reason and 0 or 1}
`;

/**
 * Whether payloads may be tried. Only who asks with `mayProbe` is ever told to probe, and nobody else then for `probeMs`.
 *
 * ARGV credential mayProbe probeMs → `free`, `hurry`, `parked`, `probe` or `probed`, for how long, and the reason.
 */
export const ADMIT = `
local parking, rest, probe, hurry = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local known = redis.call('HMGET', parking, 'credential', 'reason')
if not known[1] or known[1] ~= ARGV[1] then
  if ARGV[2] == '1' and redis.call('DEL', hurry) == 1 then return {'hurry', 0, ''} end
  return {'free', 0, ''}
end
local leftMs = redis.call('PTTL', rest)
if leftMs > 0 then return {'parked', leftMs, known[2]} end
if ARGV[2] == '1' and redis.call('SET', probe, '1', 'NX', 'PX', ARGV[3]) then return {'probe', 0, known[2]} end
return {'probed', 0, known[2]}
`;

/** ARGV credential → 1: the parking was for another credential and has ended; else 0. */
export const LIFT_IF_OTHER = `
local credential = redis.call('HGET', KEYS[1], 'credential')
if not credential or credential == ARGV[1] then return 0 end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
return 1
`;

/** Ends the parking. → since when there was one, or nothing. */
export const LIFT = `
local since = redis.call('HGET', KEYS[1], 'since')
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
return since
`;
