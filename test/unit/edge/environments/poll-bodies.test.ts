import { describe, expect, it } from "vitest";
import { PollBodies } from "../../../../services/edge/environments/poll-bodies.ts";
import { type FlagData, type Item, NO_DATA } from "../../../../shared/model/item.ts";
import { tombstone } from "../../../../shared/model/tombstone.ts";

const item = (version: number, content = ""): Item => ({
  version,
  deleted: false,
  raw: `"${version}${content}"`,
});

const flags = (items: Record<string, Item>): FlagData => ({
  ...NO_DATA,
  flags: new Map(Object.entries(items)),
});

describe("poll answers", () => {
  it("have a tag that depends on the content only, and leave deleted items out", () => {
    const one = new PollBodies(flags({ a: item(1), b: tombstone("flags", 2) }));
    const same = new PollBodies(flags({ a: item(1) }));
    const other = new PollBodies(flags({ a: item(1, "other") }));
    expect(new TextDecoder().decode(one.all.bytes)).toBe('{"flags":{"a":"1"},"segments":{}}');
    expect(one.all.etag).toBe(same.all.etag);
    expect(one.all.etag).not.toBe(other.all.etag);
    expect(one.item("flags", "b")).toBe(undefined);
    expect(one.item("flags", "__proto__")).toBe(undefined);
  });
});
