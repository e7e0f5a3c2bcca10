import { describe, expect, it } from "vitest";
import { NO_DATA, parseItem, sameItem, withChanges } from "../../../shared/model/item.ts";

describe("an item", () => {
  it("keeps its text, and knows its version and whether it is deleted", () => {
    const raw = '{ "version": 7, "big": 12345678901234567890 }';
    expect(parseItem(raw)).toEqual({ version: 7, deleted: false, raw });
    expect(parseItem('{"version":1,"deleted":true}').deleted).toBe(true);
    expect(parseItem('{"version":1,"deleted":"true"}').deleted).toBe(false);
  });

  it.each(["{", "[]", "null", "1", "{}", '{"version":"1"}', '{"version":1.5}'])("is not %s", (raw) => {
    expect(() => parseItem(raw)).toThrow();
  });

  it("is the same as another only with the same text", () => {
    expect(sameItem(parseItem('{"version":1}'), parseItem('{"version":1}'))).toBe(true);
    expect(sameItem(parseItem('{"version":1}'), parseItem('{"version": 1}'))).toBe(false);
    expect(sameItem(parseItem('{"version":1}'), undefined)).toBe(false);
  });
});

describe("data with changes", () => {
  const item = parseItem('{"version":1}');

  it("has them, and what is not changed stays the very same", () => {
    const next = withChanges(NO_DATA, [{ kind: "flags", key: "a", item }]);
    expect([...next.flags]).toEqual([["a", item]]);
    expect(next.segments).toBe(NO_DATA.segments);
    expect(NO_DATA.flags.size).toBe(0);
  });

  it("takes the last of several changes of one item, whatever the versions", () => {
    const older = parseItem('{"version":0}');
    const changes = [item, older].map((one) => ({ kind: "segments", key: "s", item: one }) as const);
    expect(withChanges(NO_DATA, changes).segments.get("s")).toBe(older);
  });
});
