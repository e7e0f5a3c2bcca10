import type { Item } from "../../shared/model/item.ts";

/** Items that count how often one of them is looked at. */
export class CountedItems extends Map<string, Item> {
  reads = 0;

  override get(key: string): Item | undefined {
    this.reads += 1;
    return super.get(key);
  }

  override *entries(): MapIterator<[string, Item]> {
    for (const entry of super.entries()) {
      this.reads += 1;
      yield entry;
    }
  }

  override [Symbol.iterator](): MapIterator<[string, Item]> {
    return this.entries();
  }

  override *values(): MapIterator<Item> {
    for (const [, item] of this.entries()) yield item;
  }

  override *keys(): MapIterator<string> {
    for (const [key] of this.entries()) yield key;
  }

  override forEach(each: (item: Item, key: string, items: Map<string, Item>) => void): void {
    for (const [key, item] of this.entries()) each(item, key, this);
  }
}
