import type { Redis } from "ioredis";
import { environmentKeys } from "../../../shared/redis/keys.ts";
import { type FlagFacts, flagFacts } from "../summarise/flag-facts.ts";

/** Flags asked for at a time: their texts may be large. */
const ASKED_AT_ONCE = 100;

/** The facts of those flags of an environment that exist, read from where the ingestor keeps them. */
export async function lookUpFlags(
  connection: Redis,
  prefix: string,
  keys: ReadonlySet<string>,
): Promise<ReadonlyMap<string, FlagFacts>> {
  const { features } = environmentKeys(prefix);
  const all = [...keys];
  const found = new Map<string, FlagFacts>();
  for (let from = 0; from < all.length; from += ASKED_AT_ONCE) {
    const asked = all.slice(from, from + ASKED_AT_ONCE);
    const texts = await connection.hmget(features, ...asked);
    for (const [index, key] of asked.entries()) {
      const facts = flagFacts(texts[index] ?? "null");
      if (facts !== undefined) found.set(key, facts);
    }
  }
  return found;
}
