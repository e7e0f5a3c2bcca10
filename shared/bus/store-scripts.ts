/**
 * The steps that Redis decides. Each is one Lua script and therefore atomic; none parses JSON,
 * and all loop over their arguments, because `unpack` of thousands fails.
 */

/** Confirms `seenAt` (L5). Strictly increasing, even if a new Redis has a slower clock. */
const GIVE_WORD = `
local function now()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local function give_word(relay)
  local last = tonumber(redis.call('HGET', relay, 'seenAt') or '0') or 0
  redis.call('HSET', relay, 'seenAt', string.format('%.0f', math.max(now(), last + 1)))
end`;

/**
 * Redis's position and claim. The caller has judged the claim, so scripts only compare its text (C2). An offset not
 * written by a relay counts as 0, as it does for readers.
 */
const STANDING = `
local function claim_of(relay) return redis.call('HGET', relay, 'claim') or '' end
local function position_of(relay)
  local at = redis.call('HMGET', relay, 'offset', 'stamp')
  local offset = at[1] or ''
  if not string.match(offset, '^%d+$') or #offset > 15 then offset = '0' end
  return string.format('%.0f', tonumber(offset)), at[2] or ''
end
local function stands_at(relay, offset, stamp)
  local at_offset, at_stamp = position_of(relay)
  return at_offset == offset and at_stamp == stamp
end`;

/** KEYS lease relay · ARGV token ttlMs claim → 'acquired', 'taken', or {the claim, if it is another}. */
export const ACQUIRE = `${STANDING}
local lease, relay = KEYS[1], KEYS[2]
if redis.call('EXISTS', lease) == 1 then return 'taken' end
if claim_of(relay) ~= ARGV[3] then return { claim_of(relay) } end
redis.call('SET', lease, ARGV[1], 'PX', ARGV[2])
return 'acquired'`;

/**
 * KEYS lease relay features segments inited · ARGV token ttlMs claim state since lastError envId [settledOffset settledStamp]
 * → {offset, stamp, claim, sum, flags, segments, inited}, or false: the lease is not held with this token. Reports go
 * only into a relay hash with the same claim, and a state of '' is not reported. A length of -1: the key is not a hash.
 */
export const RENEW = `${GIVE_WORD}${STANDING}
local lease, relay = KEYS[1], KEYS[2]
if redis.call('GET', lease) ~= ARGV[1] then return false end
redis.call('PEXPIRE', lease, ARGV[2])
local claim = claim_of(relay)
if claim == ARGV[3] then
  if ARGV[4] ~= '' then
    redis.call('HSET', relay, 'state', ARGV[4], 'since', ARGV[5], 'lastError', ARGV[6])
    redis.call('HSET', relay, 'aliveAt', string.format('%.0f', now()))
  end
  if ARGV[7] ~= '' then redis.call('HSET', relay, 'envId', ARGV[7]) end
  if ARGV[8] and stands_at(relay, ARGV[8], ARGV[9]) then give_word(relay) end
end
local function length(key)
  local reply = redis.pcall('HLEN', key)
  return type(reply) == 'number' and reply or -1
end
local offset, stamp = position_of(relay)
return { offset, stamp, claim, redis.call('HGET', relay, 'sum') or '', length(KEYS[3]), length(KEYS[4]), redis.call('EXISTS', KEYS[5]) }`;

/** KEYS lease · ARGV token */
export const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/**
 * KEYS lease relay features segments inited · ARGV token offset stamp claim newOffset newStamp newClaim sum channel message receivedAt,
 * then for each item the number of its key among KEYS, its field and its text → 'written', 'moved' or 'lost'.
 * A write also confirms `seenAt`, because it completes what upstream has sent.
 */
export const WRITE = `${GIVE_WORD}${STANDING}
local lease, relay, inited = KEYS[1], KEYS[2], KEYS[5]
if redis.call('GET', lease) ~= ARGV[1] then return 'lost' end
if not stands_at(relay, ARGV[2], ARGV[3]) or claim_of(relay) ~= ARGV[4] then return 'moved' end
for i = 12, #ARGV, 3 do redis.call('HSET', KEYS[tonumber(ARGV[i])], ARGV[i + 1], ARGV[i + 2]) end
redis.call('SET', inited, '')
redis.call('HSET', relay, 'offset', ARGV[5], 'stamp', ARGV[6], 'claim', ARGV[7], 'sum', ARGV[8], 'receivedAt', ARGV[11])
give_word(relay)
redis.call('PUBLISH', ARGV[9], ARGV[10])
return 'written'`;

/**
 * A forced takeover (C6). KEYS relay features segments inited · ARGV stamp claim sum channel. The message is made here, because
 * the caller does not know Redis's position. Of the relay hash only `seenAt` stays, because it must grow.
 */
export const TAKE_OVER = `${STANDING}
local relay = KEYS[1]
local offset, stamp = position_of(relay)
local word = redis.call('HGET', relay, 'seenAt') or '0'
redis.call('DEL', relay, KEYS[2], KEYS[3], KEYS[4])
local moved = string.format('%.0f', tonumber(offset) + 1)
redis.call('HSET', relay, 'offset', moved, 'stamp', ARGV[1], 'claim', ARGV[2], 'sum', ARGV[3], 'seenAt', word)
redis.call('PUBLISH', ARGV[4], cjson.encode({
  at = { tonumber(moved), ARGV[1] }, previous = { tonumber(offset), stamp }, receivedAt = 0
}))`;
