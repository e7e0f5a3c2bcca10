/** The two kinds of things that flag data consist of, by the names that LaunchDarkly's streams use. */
export type ItemKind = "flags" | "segments";
export const ITEM_KINDS: readonly ItemKind[] = ["flags", "segments"];

/** A flag or segment. Only what relaying needs is looked into: the text goes on as it came. */
export interface Item {
  readonly version: number;
  /** A tombstone: it keeps late patches from bringing the item back, and readers treat it as absent. */
  readonly deleted: boolean;
  /** The JSON text, exactly as LaunchDarkly sent it. */
  readonly raw: string;
}

/** All flags and segments of an environment, tombstones included. Never changed once built. */
export type FlagData = { readonly [Kind in ItemKind]: ReadonlyMap<string, Item> };

export const NO_DATA: FlagData = { flags: new Map(), segments: new Map() };

/** One item that is new, different or deleted. */
export interface Change {
  readonly kind: ItemKind;
  readonly key: string;
  readonly item: Item;
}

export function sameItem(one: Item | undefined, other: Item | undefined): boolean {
  return one?.version === other?.version && one?.deleted === other?.deleted && one?.raw === other?.raw;
}

/** `data` with `changes` applied, whatever their versions. */
export function withChanges(data: FlagData, changes: readonly Change[]): FlagData {
  const next = { flags: data.flags, segments: data.segments };
  for (const kind of ITEM_KINDS) {
    const ofKind = changes.filter((change) => change.kind === kind);
    if (ofKind.length === 0) continue;
    const items = new Map(data[kind]);
    for (const { key, item } of ofKind) items.set(key, item);
    next[kind] = items;
  }
  return next;
}

/**
 * Reads an item's JSON text. Throws a `SyntaxError` or `TypeError` when it is no object with a whole `version`.
 */
export function parseItem(raw: string): Item {
  return itemFrom(JSON.parse(raw), raw);
}

/** An item from its parsed form and its text. Throws a `TypeError` for the wrong shape. */
export function itemFrom(parsed: unknown, raw: string): Item {
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new TypeError("an item is not an object");
  const { version, deleted } = parsed as { version?: unknown; deleted?: unknown };
  if (!Number.isSafeInteger(version)) throw new TypeError("an item has no version");
  return { version: version as number, deleted: deleted === true, raw };
}
