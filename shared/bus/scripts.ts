/**
 * The steps that Redis itself judges. Each is one Lua script, so nothing can happen in between; none parses JSON,
 * and all loop over their arguments, because `unpack` of thousands fails.
 */

/** Gives the holder's word: later than any before, also when the clock of a new Redis runs behind the old one's. */
const GIVE_WORD = `
local function give_word(relay)
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  local last = tonumber(redis.call('HGET', relay, 'seenAt') or '0') or 0
  redis.call('HSET', relay, 'seenAt', string.format('%.0f', math.max(now, last + 1)))
end
local function stands_at(relay, offset, stamp)
  local at = redis.call('HMGET', relay, 'offset', 'stamp')
  return (at[1] or '0') == offset and (at[2] or '') == stamp
end`;

/**
 * KEYS lease relay · ARGV token ttlMs state since lastError envId [settledOffset settledStamp]
 * → {offset, stamp}, or false: the lease is not held with this token.
 */
export const RENEW = `${GIVE_WORD}
local lease, relay = KEYS[1], KEYS[2]
if redis.call('GET', lease) ~= ARGV[1] then return false end
redis.call('PEXPIRE', lease, ARGV[2])
local time = redis.call('TIME')
local alive = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
redis.call('HSET', relay, 'aliveAt', alive)
if ARGV[3] ~= '' then redis.call('HSET', relay, 'state', ARGV[3], 'since', ARGV[4], 'lastError', ARGV[5]) end
if ARGV[6] ~= '' then redis.call('HSET', relay, 'envId', ARGV[6]) end
if ARGV[7] and stands_at(relay, ARGV[7], ARGV[8]) then give_word(relay) end
local at = redis.call('HMGET', relay, 'offset', 'stamp')
return { at[1] or '0', at[2] or '' }`;

/** KEYS lease · ARGV token */
export const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/**
 * KEYS lease relay features segments inited · ARGV token offset stamp newOffset newStamp channel message, then for
 * each item the number of its key among KEYS, its field and its text → 'written', 'moved' or 'lost'.
 * A write is the holder's word, too: what it writes is all that upstream has said.
 */
export const WRITE = `${GIVE_WORD}
local lease, relay, inited = KEYS[1], KEYS[2], KEYS[5]
if redis.call('GET', lease) ~= ARGV[1] then return 'lost' end
if not stands_at(relay, ARGV[2], ARGV[3]) then return 'moved' end
for i = 8, #ARGV, 3 do redis.call('HSET', KEYS[tonumber(ARGV[i])], ARGV[i + 1], ARGV[i + 2]) end
redis.call('SET', inited, '')
redis.call('HSET', relay, 'offset', ARGV[4], 'stamp', ARGV[5])
give_word(relay)
redis.call('PUBLISH', ARGV[6], ARGV[7])
return 'written'`;
