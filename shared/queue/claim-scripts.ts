import { CLAIMS_AGREE } from "../redis/claim-script.ts";

/** The parts of the scripts that both need: what a claim becomes when an agreeing one is written over it. */
const RENEWAL = `${CLAIMS_AGREE}
local function parts(claim)
  return string.match(claim, '^([^|]*)|([0-9a-f,]*)|([^|]*)$')
end
local function has_all(all, wanted)
  for one in string.gmatch(wanted, '[^,]+') do
    if not string.find(',' .. all .. ',', ',' .. one .. ',', 1, true) then return false end
  end
  return true
end
-- Keeps an id that is not known better, and keys of processes that have others, too: they need not take turns.
local function renewed(held, mine)
  local held_id, held_fingerprints = parts(held)
  local id, fingerprints, name = parts(mine)
  if id == '' then id = held_id end
  if has_all(held_fingerprints, fingerprints) then fingerprints = held_fingerprints end
  return id .. '|' .. fingerprints .. '|' .. name
end
local function write(key, queues, owner, claim)
  redis.call('HSET', key, 'owner', owner, 'claim', claim)
  redis.call('SET', queues .. owner .. ':claim', claim)
end`;

/**
 * Sets the claim where there is none, and renews one that agrees with ours, or with what ours was before.
 *
 * KEYS claim · ARGV queues mine before newOwner → whether it is ours, the owner, and the claim as it is then.
 */
export const KEEP_CLAIM = `${RENEWAL}
local queues, mine, before, new_owner = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local owner, held = unpack(redis.call('HMGET', KEYS[1], 'owner', 'claim'))
local claim = mine
if owner and held then
  if not claims_agree(held, mine) and not claims_agree(held, before) then return {0, owner, held} end
  claim = renewed(held, mine)
else
  owner = new_owner
end
write(KEYS[1], queues, owner, claim)
return {1, owner, claim}`;

/**
 * Makes the claim ours, whosever it was. The other's queues stay as they are, under the other's owner.
 *
 * KEYS claim · ARGV queues mine newOwner random → owner and claim as they were, or empty texts.
 */
export const TAKE_CLAIM = `${RENEWAL}
local queues, mine, new_owner = ARGV[1], ARGV[2], ARGV[3]
local owner, held = unpack(redis.call('HMGET', KEYS[1], 'owner', 'claim'))
if owner and held and claims_agree(held, mine) then
  write(KEYS[1], queues, owner, renewed(held, mine))
  return {'', ''}
end
if owner == new_owner then new_owner = new_owner .. '-' .. ARGV[4] end
write(KEYS[1], queues, new_owner, mine)
return {owner or '', held or ''}`;
