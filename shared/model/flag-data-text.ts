import { z } from "zod";
import { type FlagData, type ITEM_KINDS, type Item, itemFrom } from "./item.ts";
import { memberSlices } from "./raw-json.ts";

// Not z.record, which drops a key named __proto__.
const collection = z
  .custom<Readonly<Record<string, unknown>>>((value) => typeof value === "object" && !Array.isArray(value))
  .nullish();
const flagData = z.object({ flags: collection, segments: collection });

/**
 * Reads `{"flags": {...}, "segments": {...}}`, the object that begins at or after `from` in a JSON text. `parsed` is what
 * `JSON.parse` makes of it. Items keep their text as it came; other kinds are ignored. Throws for a wrong shape.
 */
export function readFlagData(parsed: unknown, text: string, from = 0): FlagData {
  const data = flagData.parse(parsed);
  const collections = memberSlices(text, from);
  const read = (kind: (typeof ITEM_KINDS)[number]): Map<string, Item> => {
    const items = new Map<string, Item>();
    const start = collections.get(kind)?.start;
    const parsedItems = data[kind];
    if (start === undefined || !parsedItems) return items;
    for (const [key, slice] of memberSlices(text, start)) {
      const item: unknown = Object.hasOwn(parsedItems, key) ? parsedItems[key] : undefined;
      // A relay in between may say null for a deleted item.
      if (item !== null) items.set(key, itemFrom(item, text.slice(slice.start, slice.end)));
    }
    return items;
  };
  return { flags: read("flags"), segments: read("segments") };
}
