import { decodeClaim } from "../../../shared/model/claim.ts";
import { type FlagData, type Item, NO_DATA, withChanges } from "../../../shared/model/item.ts";
import type { Installation } from "./installation.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { SimulatedRedis } from "./simulated-redis.ts";

/** What may go: some items, all of them, the mark that they are complete, their sum, the claim, or all of the data. */
export type Vanishing = "some" | "all" | "inited" | "sum" | "claim" | "whole";

/** Lets something under `prefix` go away. The position stays. */
export function vanish(redis: SimulatedRedis, prefix: string, random: SeededRandom, what: Vanishing): void {
  redis.damage(prefix, ({ data }) => {
    switch (what) {
      case "some":
        return { data: { ...data, flags: new Map([...data.flags].filter(() => random.chance(0.5))) } };
      case "all":
        return { data: NO_DATA };
      case "inited":
        return { inited: false };
      case "sum":
        return { sum: undefined };
      case "claim":
        // A lease expires, so an evicting Redis takes it first: then another may be here before its holder is again.
        return { claim: undefined, ...(random.chance(0.5) && { lease: undefined }) };
      case "whole":
        return { data: NO_DATA, inited: false };
    }
  });
}

/** How an item may be other than it was written: as it once was, with another content, or with a version of the future. */
export type Ageing = "old" | "other" | "higher";

/** Lets a third hand write one item, of the environment that owns the prefix. The position stays. */
export function ageItem(
  redis: SimulatedRedis,
  installation: Installation,
  random: SeededRandom,
  kinds: readonly Ageing[],
): void {
  const { prefix, upstream } = installation;
  const claim = redis.claim(prefix);
  if (claim === undefined || !installation.owns(decodeClaim(claim)) || !upstream.owns(redis.data(prefix)))
    return;
  const key = random.pick(["a", "b", "c", "d"]);
  const version = redis.data(prefix).flags.get(key)?.version ?? 0;
  const item = ((): Item | undefined => {
    switch (random.pick(kinds)) {
      case "old":
        return earlierItem(redis.someEarlier(prefix), key, upstream);
      case "other":
        return upstream.forged(random.between(1, Math.max(1, version)));
      case "higher":
        return upstream.forged(version + random.between(1, 3));
    }
  })();
  if (item !== undefined)
    redis.damage(prefix, ({ data }) => ({ data: withChanges(data, [{ kind: "flags", key, item }]) }));
}

function earlierItem(earlier: FlagData, key: string, upstream: Installation["upstream"]): Item | undefined {
  return upstream.owns(earlier) ? earlier.flags.get(key) : undefined;
}
