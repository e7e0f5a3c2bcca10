import { type Change, type FlagData, ITEM_KINDS, type Item, type ItemKind, sameItem } from "./item.ts";
import { tombstone } from "./tombstone.ts";

/** What turns one state of the data into another. */
export interface Difference {
  readonly changes: readonly Change[];
  /** Whether every change is above what it replaces, so that patches can say it. */
  readonly rising: boolean;
}

/**
 * What must be written for `stored` to say what `wanted` says. By content, whatever the versions: upstream is
 * right. An item that `wanted` does not know becomes a tombstone at its *stored* version, because one at
 * version + 1 would hide LaunchDarkly's own next version. A tombstone that is stored already is left alone.
 */
export function difference(stored: FlagData, wanted: FlagData): Difference {
  const changes: Change[] = [];
  let rising = true;
  for (const kind of ITEM_KINDS) {
    for (const key of new Set([...wanted[kind].keys(), ...stored[kind].keys()])) {
      const before = stored[kind].get(key);
      const after = replacement(kind, before, wanted[kind].get(key));
      if (after === undefined || sameItem(before, after)) continue;
      if (before !== undefined && after.version <= before.version) rising = false;
      changes.push({ kind, key, item: after });
    }
  }
  return { changes, rising };
}

/** What belongs where `stored` is, or `undefined` if that says enough already. */
function replacement(kind: ItemKind, stored: Item | undefined, wanted: Item | undefined): Item | undefined {
  if (wanted !== undefined && !wanted.deleted) return wanted;
  if (stored === undefined) return undefined;
  if (wanted !== undefined && wanted.version > stored.version) return wanted;
  return stored.deleted ? undefined : tombstone(kind, stored.version);
}
