import { describe, expect, it } from "vitest";
import { EnvironmentReplica } from "../../../../services/edge/replica/environment-replica.ts";
import type { ReplicaUpdate } from "../../../../services/edge/replica/replica-update.ts";
import {
  type Change,
  type FlagData,
  type Item,
  NO_DATA,
  withChanges,
} from "../../../../shared/model/item.ts";
import { tombstone } from "../../../../shared/model/tombstone.ts";
import { CountedItems } from "../../../support/counted-items.ts";

const item = (version: number, content = ""): Item => ({
  version,
  deleted: false,
  raw: `"${version}${content}"`,
});
const flags = (items: Record<string, Item>): FlagData => ({
  ...NO_DATA,
  flags: new Map(Object.entries(items)),
});
const change = (key: string, changed: Item): Change => ({ kind: "flags", key, item: changed });
const said = (update: ReplicaUpdate | undefined) => update?.changes.map(({ key, above }) => [key, above]);

/** A replica that moves on by one write with every state. */
const replicaOf = () => {
  const replica = new EnvironmentReplica();
  let offset = 0;
  const at = () => ({ offset: ++offset, stamp: `s${offset}` });
  return {
    replica,
    apply: (data: FlagData, changes?: readonly Change[]) => replica.apply({ data, position: at() }, changes),
  };
};

describe("a replica", () => {
  const update = (before: FlagData, after: FlagData) => {
    const { apply } = replicaOf();
    apply(before);
    return said(apply(after));
  };

  it("has nothing to tell about its first data, and nothing when they are alike", () => {
    expect(replicaOf().apply(NO_DATA)).toBe(undefined);
    expect(update(flags({ a: item(1) }), flags({ a: item(1) }))).toEqual([]);
    expect(update(flags({ a: tombstone("flags", 1) }), NO_DATA)).toEqual([]);
  });

  it("stands where its data stand, offset and stamp, also when they did not change", () => {
    const { replica, apply } = replicaOf();
    expect(replica.position).toBe(undefined);
    apply(flags({ a: item(1) }));
    const moved = apply(flags({ a: item(1) }));
    expect(replica.position).toEqual({ offset: 2, stamp: "s2" });
    expect(moved).toMatchObject({ position: { offset: 2, stamp: "s2" }, changes: [] });
  });

  it("knows which changes SDKs would ignore as patches", () => {
    expect(update(flags({ a: item(1) }), flags({ a: item(2), b: item(1) }))).toEqual([
      ["a", true],
      ["b", true],
    ]);
    expect(update(flags({ a: item(2) }), flags({ a: item(2, "other") }))).toEqual([["a", false]]);
    expect(update(flags({ a: item(2) }), NO_DATA)).toEqual([["a", false]]);
    expect(update(flags({ a: item(2) }), flags({ a: tombstone("flags", 3) }))).toEqual([["a", true]]);
  });

  it("remembers how far SDKs have seen a key deleted, also when its tombstone is gone", () => {
    const { apply } = replicaOf();
    apply(flags({ a: item(5) }));
    apply(flags({ a: tombstone("flags", 6) }));
    apply(NO_DATA);
    expect(apply(flags({ a: item(6) }))?.changes[0]?.above).toBe(false);
    apply(NO_DATA);
    expect(apply(flags({ a: item(7) }))?.changes[0]?.above).toBe(true);
  });
});

describe("a replica that is given what changed", () => {
  const before = flags({ a: item(5), b: item(2), c: tombstone("flags", 4), d: item(1) });

  it.each([
    ["an item that rises", [change("a", item(6))]],
    ["an item that falls", [change("a", item(4))]],
    ["an item that does not change", [change("b", item(2))]],
    ["a new item, and one that comes back below its tombstone", [change("e", item(1)), change("c", item(3))]],
    [
      "a delete, and a tombstone that rises",
      [change("d", tombstone("flags", 2)), change("c", tombstone("flags", 9))],
    ],
  ])("comes to the same as by comparing: %s", (_, changes) => {
    const [told, compared] = [replicaOf(), replicaOf()];
    for (const { apply } of [told, compared]) apply(before);
    const after = withChanges(before, changes);
    const byKey = (update: ReplicaUpdate | undefined) =>
      [...(update?.changes ?? [])].sort((one, other) => (one.key < other.key ? -1 : 1));
    expect(byKey(told.apply(after, changes))).toEqual(byKey(compared.apply(after)));
    // What it remembers of deleted keys is the same, too.
    const again = flags({ a: item(3), b: item(3), c: item(7), d: item(2), e: item(2) });
    expect(byKey(told.apply(again))).toEqual(byKey(compared.apply(again)));
  });

  it("looks at no other item", () => {
    const { apply } = replicaOf();
    const items = new CountedItems(Array.from({ length: 1000 }, (_, n) => [`flag-${n}`, item(1)]));
    apply({ ...NO_DATA, flags: items });
    const changes = [change("flag-7", item(2))];
    const after = withChanges({ ...NO_DATA, flags: items }, changes);
    items.reads = 0;
    expect(said(apply(after, changes))).toEqual([["flag-7", true]]);
    expect(items.reads).toBe(1);
  });
});
