import { type Change, type FlagData, ITEM_KINDS, type Item, type ItemKind, sameItem } from "./item.ts";

/** A key at which two states of the data differ, and what each has there. */
export interface ComparedItem {
  readonly kind: ItemKind;
  readonly key: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** Where `before` and `after` differ: compares every item of both, but not those of a kind that they share. */
export function* comparedItems(before: FlagData, after: FlagData): Generator<ComparedItem> {
  for (const kind of ITEM_KINDS) {
    const [old, next] = [before[kind], after[kind]];
    if (old === next) continue;
    for (const [key, item] of old) {
      const other = next.get(key);
      if (!sameItem(item, other)) yield { kind, key, before: item, after: other };
    }
    for (const [key, item] of next) if (!old.has(key)) yield { kind, key, before: undefined, after: item };
  }
}

/** The same where `changes`, each to another key, are known to be all that can differ: nothing else is compared. */
export function* changedItems(before: FlagData, changes: readonly Change[]): Generator<ComparedItem> {
  for (const { kind, key, item } of changes) {
    const old = before[kind].get(key);
    if (!sameItem(old, item)) yield { kind, key, before: old, after: item };
  }
}
