import { describe, expect, it } from "vitest";
import { changedItems, comparedItems } from "../../../shared/model/compared-items.ts";
import { type FlagData, type Item, NO_DATA, withChanges } from "../../../shared/model/item.ts";
import { tombstone } from "../../../shared/model/tombstone.ts";
import { CountedItems } from "../../support/counted-items.ts";

const item = (version: number): Item => ({ version, deleted: false, raw: String(version) });
const flags = (items: Record<string, Item>): FlagData => ({
  ...NO_DATA,
  flags: new Map(Object.entries(items)),
});

describe("the items that differ between two states", () => {
  it("are those that came, went or changed, each with what it was and is", () => {
    const before = flags({ same: item(1), changed: item(1), gone: item(3) });
    const after = flags({ same: item(1), changed: item(2), come: tombstone("flags", 4) });
    expect([...comparedItems(before, after)]).toEqual([
      { kind: "flags", key: "changed", before: item(1), after: item(2) },
      { kind: "flags", key: "gone", before: item(3), after: undefined },
      { kind: "flags", key: "come", before: undefined, after: tombstone("flags", 4) },
    ]);
  });

  it("are of both kinds, and a flag is no segment of the same key", () => {
    const one = { flags: new Map([["a", item(1)]]), segments: new Map() };
    const other = { flags: new Map(), segments: new Map([["a", item(1)]]) };
    expect([...comparedItems(one, other)].map(({ kind }) => kind)).toEqual(["flags", "segments"]);
  });

  it("are found without looking into a kind that both states share", () => {
    const segments = new CountedItems([["s", item(1)]]);
    const before = { flags: new Map([["a", item(1)]]), segments };
    const after = withChanges(before, [{ kind: "flags", key: "a", item: item(2) }]);
    expect([...comparedItems(before, after)]).toHaveLength(1);
    expect(segments.reads).toBe(0);
  });
});

describe("the items that known changes made different", () => {
  it("are the same as by comparing, without those that changed nothing", () => {
    const before = flags({ a: item(1), b: item(1) });
    const changes = [
      { kind: "flags", key: "a", item: item(2) },
      { kind: "flags", key: "b", item: item(1) },
      { kind: "segments", key: "s", item: item(1) },
    ] as const;
    expect([...changedItems(before, changes)]).toEqual([
      ...comparedItems(before, withChanges(before, changes)),
    ]);
  });
});
