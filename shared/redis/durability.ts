import type { Redis } from "ioredis";

/** What a Redis says of itself that decides whether it may forget. */
export interface DurabilityFacts {
  /** `maxmemory-policy`; absent where Redis does not say. */
  readonly evictionPolicy: string | undefined;
  readonly appendOnly: boolean;
  /** `save`: when snapshots are written; empty for never, absent where Redis does not say. */
  readonly save: string | undefined;
}

/**
 * Why a Redis may lose acknowledged events, in words that say what to change; nothing if it keeps what it is given.
 * Rejects when Redis cannot be asked.
 */
export async function durabilityConcerns(redis: Redis): Promise<string[]> {
  const [memory, persistence] = await Promise.all([redis.info("memory"), redis.info("persistence")]);
  return concernsOf({
    evictionPolicy: infoField(memory, "maxmemory_policy"),
    appendOnly: infoField(persistence, "aof_enabled") === "1",
    save: await snapshotRule(redis),
  });
}

/** Whether Redis says that it follows another one; false where it does not say. */
export async function isReplica(redis: Redis): Promise<boolean> {
  try {
    return infoField(await redis.info("replication"), "role") === "slave";
  } catch {
    return false; // A user without the right to INFO.
  }
}

export function concernsOf({ evictionPolicy, appendOnly, save }: DurabilityFacts): string[] {
  const concerns: string[] = [];
  if (evictionPolicy !== undefined && evictionPolicy !== "noeviction")
    concerns.push(
      `it evicts events when its memory is full: maxmemory-policy is ${evictionPolicy}; set it to noeviction`,
    );
  if (!appendOnly && save === "")
    concerns.push("it stores nothing on disk, so events are lost when it stops: set appendonly to yes");
  else if (!appendOnly)
    concerns.push(
      "it has no append-only file, so events since its last snapshot are lost when it stops: set appendonly to yes",
    );
  return concerns;
}

/** Many a hosted Redis does not let its configuration be read. */
async function snapshotRule(redis: Redis): Promise<string | undefined> {
  try {
    const answer: unknown = await redis.config("GET", "save");
    return Array.isArray(answer) ? String(answer[1] ?? "") : undefined;
  } catch {
    return undefined;
  }
}

function infoField(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
}
