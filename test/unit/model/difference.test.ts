import { describe, expect, it } from "vitest";
import { difference } from "../../../shared/model/difference.ts";
import { type FlagData, type Item, NO_DATA } from "../../../shared/model/item.ts";
import { tombstone } from "../../../shared/model/tombstone.ts";

const item = (version: number, content = ""): Item => ({
  version,
  deleted: false,
  raw: `${version}${content}`,
});
const flags = (items: Record<string, Item>): FlagData => ({
  ...NO_DATA,
  flags: new Map(Object.entries(items)),
});

describe("the difference between what is stored and what upstream says", () => {
  it("is nothing when both say the same", () => {
    expect(difference(flags({ a: item(1) }), flags({ a: item(1) }))).toEqual({ changes: [], rising: true });
  });

  it("has what is new or higher, and rises", () => {
    const { changes, rising } = difference(flags({ a: item(1) }), flags({ a: item(2), b: item(1) }));
    expect(changes.map(({ key, item: { version } }) => [key, version])).toEqual([
      ["a", 2],
      ["b", 1],
    ]);
    expect(rising).toBe(true);
  });

  it.each([
    ["lower", item(1)],
    ["of the same version with other content", item(2, "other")],
  ])("has an item that is %s, but does not rise", (_, wanted) => {
    const { changes, rising } = difference(flags({ a: item(2) }), flags({ a: wanted }));
    expect(changes).toEqual([{ kind: "flags", key: "a", item: wanted }]);
    expect(rising).toBe(false);
  });

  it("buries what upstream does not know any more at its stored version", () => {
    const { changes, rising } = difference(flags({ a: item(4) }), NO_DATA);
    expect(changes).toEqual([{ kind: "flags", key: "a", item: tombstone("flags", 4) }]);
    expect(rising).toBe(false);
  });

  it("buries what upstream has deleted at upstream's version", () => {
    const { changes, rising } = difference(flags({ a: item(4) }), flags({ a: tombstone("flags", 5) }));
    expect(changes).toEqual([{ kind: "flags", key: "a", item: tombstone("flags", 5) }]);
    expect(rising).toBe(true);
  });

  it("leaves tombstones alone, and makes none for what was never stored", () => {
    const stored = flags({ a: tombstone("flags", 4) });
    expect(difference(stored, NO_DATA).changes).toEqual([]);
    expect(difference(stored, flags({ a: tombstone("flags", 4), b: tombstone("flags", 1) })).changes).toEqual(
      [],
    );
  });

  it("brings back what was deleted", () => {
    const { changes, rising } = difference(flags({ a: tombstone("flags", 4) }), flags({ a: item(2) }));
    expect(changes).toEqual([{ kind: "flags", key: "a", item: item(2) }]);
    expect(rising).toBe(false);
  });
});
