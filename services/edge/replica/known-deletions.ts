import { type FlagData, ITEM_KINDS, type ItemKind } from "../../../shared/model/item.ts";

/** For every deleted key the highest version that the replica has known of it. */
export type KnownDeletions = { readonly [Kind in ItemKind]: ReadonlyMap<string, number> };

export const NO_DELETIONS: KnownDeletions = { flags: new Map(), segments: new Map() };

/**
 * What is known after `before` became `after`. SDKs that saw a delete ignore patches up to its version, and a
 * restored Redis may have forgotten the tombstone that says so.
 */
export function deletionsAfter(known: KnownDeletions, before: FlagData, after: FlagData): KnownDeletions {
  const next = { flags: known.flags, segments: known.segments };
  for (const kind of ITEM_KINDS) {
    const versions = new Map(known[kind]);
    for (const key of new Set([...before[kind].keys(), ...after[kind].keys()])) {
      const [had, has] = [before[kind].get(key), after[kind].get(key)];
      if (has !== undefined && !has.deleted) continue;
      versions.set(key, Math.max(versions.get(key) ?? 0, has?.version ?? 0, had?.version ?? 0));
    }
    next[kind] = versions;
  }
  return next;
}
