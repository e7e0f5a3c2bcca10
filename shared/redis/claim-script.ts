/**
 * The Lua function `claims_agree(one, other)`, for scripts that must ask it in one step with what they do: the same
 * as `claimsAgree` of two claims in their encoded form. Text that is no claim agrees with nothing.
 */
export const CLAIMS_AGREE = `
local function claims_agree(one, other)
  local form = '^([^|]*)|([0-9a-f,]*)|[^|]*$'
  local one_id, one_fingerprints = string.match(one, form)
  local other_id, other_fingerprints = string.match(other, form)
  if not one_id or not other_id then return false end
  if one_id ~= '' and other_id ~= '' then return one_id == other_id end
  for fingerprint in string.gmatch(one_fingerprints, '[^,]+') do
    if string.find(',' .. other_fingerprints .. ',', ',' .. fingerprint .. ',', 1, true) then return true end
  end
  return false
end`;
