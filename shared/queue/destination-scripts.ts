/**
 * How the destinations of a queue do.
 *
 * KEYS parked, then of each kind its parking, the parking's period, its trouble and its list · ARGV kinds → of each kind
 * the reason and begin of its refusal, for how long it is parked, reason and begin of its trouble, payloads, bytes, since
 * when the oldest has been tried, and the number of entries.
 */
export const DESTINATION_STATES = `
local states = {}
for i = 2, #KEYS, 4 do
  local kind = ARGV[(i + 2) / 4]
  local parking = redis.call('HMGET', KEYS[i], 'reason', 'since')
  local trouble = redis.call('HMGET', KEYS[i + 2], 'reason', 'since')
  local sizes = redis.call('HMGET', KEYS[1], kind .. ':payloads', kind .. ':bytes')
  local entry = redis.call('LINDEX', KEYS[i + 3], 0)
  states[#states + 1] = {parking[1], parking[2], redis.call('PTTL', KEYS[i + 1]), trouble[1], trouble[2],
    sizes[1], sizes[2], entry and entry:match('^%d+ (%d+) ') or false, redis.call('LLEN', KEYS[i + 3])}
end
return states`;
