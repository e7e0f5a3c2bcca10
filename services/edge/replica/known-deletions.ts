import type { ComparedItem } from "../../../shared/model/compared-items.ts";
import type { ItemKind } from "../../../shared/model/item.ts";

/** For every deleted key the highest version that the replica has known of it. */
export type KnownDeletions = { readonly [Kind in ItemKind]: ReadonlyMap<string, number> };

export const NO_DELETIONS: KnownDeletions = { flags: new Map(), segments: new Map() };

/**
 * What is known after a change of the data: `compared` are the items that differ. SDKs that saw a delete ignore
 * patches up to its version, and a restored Redis may have forgotten the tombstone that says so.
 */
export function deletionsAfter(known: KnownDeletions, compared: readonly ComparedItem[]): KnownDeletions {
  const deleted = compared.filter(({ after }) => after === undefined || after.deleted);
  if (deleted.length === 0) return known;
  const next = { flags: new Map(known.flags), segments: new Map(known.segments) };
  for (const { kind, key, before, after } of deleted)
    next[kind].set(key, Math.max(next[kind].get(key) ?? 0, before?.version ?? 0, after?.version ?? 0));
  return next;
}
