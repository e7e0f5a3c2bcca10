/**
 * Removes the oldest letters beyond the bounds. BullMQ's own `clean` looks at every letter each time, and somebody looks
 * whenever one comes.
 *
 * KEYS wait · ARGV base count lastAt most → how many were removed.
 */
export const REMOVE_OLDEST = `
local wait, base, count, lastAt, most = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
for removed = 0, most - 1 do
  local id = redis.call('LINDEX', wait, -1)
  if not id then return removed end
  local at = tonumber(redis.call('HGET', base .. id, 'timestamp') or '0')
  if redis.call('LLEN', wait) <= count and at > lastAt then return removed end
  redis.call('RPOP', wait)
  redis.call('DEL', base .. id)
end
return most
`;
