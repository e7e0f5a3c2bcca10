import { comparedItems } from "./compared-items.ts";
import type { Change, FlagData, Item, ItemKind } from "./item.ts";
import { tombstone } from "./tombstone.ts";

/** What turns one state of the data into another. */
export interface Difference {
  /** Each to another key. */
  readonly changes: readonly Change[];
  /** Whether every change is above what it replaces, so that patches can express it. */
  readonly rising: boolean;
}

/**
 * What must be written for `stored` to become what `wanted` is. By content, whatever the versions: upstream is
 * right. An item that `wanted` does not know becomes a tombstone at its *stored* version, because one at
 * version + 1 would hide LaunchDarkly's own next version. A tombstone that is stored already is left alone.
 */
export function difference(stored: FlagData, wanted: FlagData): Difference {
  const changes: Change[] = [];
  let rising = true;
  for (const { kind, key, before, after } of comparedItems(stored, wanted)) {
    const item = replacement(kind, before, after);
    if (item === undefined) continue;
    if (before !== undefined && item.version <= before.version) rising = false;
    changes.push({ kind, key, item });
  }
  return { changes, rising };
}

/** What belongs where `stored` is and `wanted` differs from it; `undefined` if it may stay. */
function replacement(kind: ItemKind, stored: Item | undefined, wanted: Item | undefined): Item | undefined {
  if (wanted !== undefined && !wanted.deleted) return wanted;
  if (stored === undefined) return undefined;
  if (wanted !== undefined && wanted.version > stored.version) return wanted;
  return stored.deleted ? undefined : tombstone(kind, stored.version);
}
