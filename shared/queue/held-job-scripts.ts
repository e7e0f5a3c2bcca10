/**
 * For scripts that do a step for a job in hand: whether the job is there, and its lock ours. Begins a script, and defines
 * `holds(job, lock, token)`.
 */
export const HOLDS = `
local function holds(job, lock, token)
  return redis.call('GET', lock) == token and redis.call('EXISTS', job) == 1
end`;

/**
 * Makes payloads all that the job has left. BullMQ's own `updateData` asks for no lock: a process that was stopped for a
 * while would undo another one's work.
 *
 * KEYS job lock · ARGV token data → 1, or 0: the job is not ours.
 */
export const REWRITE = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'data', ARGV[2])
return 1
`;
