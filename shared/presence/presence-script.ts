/**
 * KEYS roles · ARGV id announcement ttlMs. Each field is `TIME|ANNOUNCEMENT`, by the clock of Redis, because a hash
 * expires as a whole: whoever announces itself removes those who have not for `ttlMs`, and the last of all is removed
 * with the hash. A time far ahead is of a clock that has been set back.
 */
export const ANNOUNCE = `
local roles, id, announcement, ttl = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('HSET', roles, id, string.format('%.0f', now) .. '|' .. announcement)
local all = redis.call('HGETALL', roles)
for i = 1, #all, 2 do
  local at = tonumber(string.match(all[i + 1], '^%d+') or '') or 0
  if math.abs(now - at) > ttl then redis.call('HDEL', roles, all[i]) end
end
redis.call('PEXPIRE', roles, ttl)
return 1`;
