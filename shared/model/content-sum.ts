import { hash } from "node:crypto";
import { type Change, type FlagData, ITEM_KINDS, type Item, type ItemKind } from "./item.ts";

/**
 * A 64-bit sum over all items of an environment, tombstones included, to verify content (W1). It is the sum of the items'
 * hashes, so that a change needs only the changed item. Two halves of 32 bits, because adding numbers is fast and adding
 * BigInts is not.
 */
export interface ContentSum {
  readonly high: number;
  readonly low: number;
}

const NOTHING: ContentSum = { high: 0, low: 0 };

/** The sum of `data`: about 3 ms for a thousand items of 1 KB. */
export function sumOf(data: FlagData): ContentSum {
  let sum = NOTHING;
  for (const kind of ITEM_KINDS)
    for (const [key, item] of data[kind]) sum = plus(sum, hashOf(kind, key, item));
  return sum;
}

/** The sum after `changes`, each to another key, of data that add up to `sum`. */
export function sumAfter(sum: ContentSum, data: FlagData, changes: readonly Change[]): ContentSum {
  let after = sum;
  for (const { kind, key, item } of changes) {
    const before = data[kind].get(key);
    if (before !== undefined) after = minus(after, hashOf(kind, key, before));
    after = plus(after, hashOf(kind, key, item));
  }
  return after;
}

export function sameSum(one: ContentSum, other: ContentSum): boolean {
  return one.high === other.high && one.low === other.low;
}

/** 16 hexadecimal digits. */
export function encodeSum({ high, low }: ContentSum): string {
  return high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
}

/** `undefined` for text that no relay of ours has written. */
export function decodeSum(text: string): ContentSum | undefined {
  if (!/^[0-9a-f]{16}$/.test(text)) return undefined;
  return { high: Number.parseInt(text.slice(0, 8), 16), low: Number.parseInt(text.slice(8), 16) };
}

/** Of the whole text, so that an item with the same version and other content differs. */
function hashOf(kind: ItemKind, key: string, { raw }: Item): ContentSum {
  const digest = hash("sha1", `${kind} ${key.length} ${key}${raw}`);
  return decodeSum(digest.slice(0, 16)) ?? NOTHING;
}

function plus(one: ContentSum, other: ContentSum): ContentSum {
  return { high: (one.high + other.high) >>> 0, low: (one.low + other.low) >>> 0 };
}

function minus(one: ContentSum, other: ContentSum): ContentSum {
  return { high: (one.high - other.high) >>> 0, low: (one.low - other.low) >>> 0 };
}
