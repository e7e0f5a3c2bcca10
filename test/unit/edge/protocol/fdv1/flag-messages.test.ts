import { describe, expect, it } from "vitest";
import {
  changesMessage,
  flagDataJson,
  putMessage,
} from "../../../../../services/edge/protocol/fdv1/flag-messages.ts";
import { type FlagData, type Item, NO_DATA, parseItem } from "../../../../../shared/model/item.ts";
import { tombstone } from "../../../../../shared/model/tombstone.ts";

const items = (entries: Record<string, Item>): ReadonlyMap<string, Item> => new Map(Object.entries(entries));
const data: FlagData = {
  flags: items({
    a: parseItem('{"version":1.0, "big":12345678901234567890}'),
    gone: tombstone("flags", 7),
    'quo"te': parseItem('{"version":2}'),
  }),
  segments: items({ s: parseItem('{"version":3}') }),
};

describe("stream messages", () => {
  it("put all live items, their texts untouched, under both members", () => {
    expect(putMessage("all", data)).toBe(
      'event: put\ndata: {"path":"/","data":{"flags":{"a":{"version":1.0, "big":12345678901234567890},' +
        '"quo\\"te":{"version":2}},"segments":{"s":{"version":3}}}}\n\n',
    );
  });

  it("put the bare map of flags on the old stream", () => {
    expect(putMessage("flags", data)).toBe(
      'event: put\ndata: {"a":{"version":1.0, "big":12345678901234567890},"quo\\"te":{"version":2}}\n\n',
    );
  });

  it("say that there is nothing with empty maps, never with null", () => {
    expect(flagDataJson(NO_DATA)).toBe('{"flags":{},"segments":{}}');
    expect(putMessage("flags", NO_DATA)).toBe("event: put\ndata: {}\n\n");
  });

  it("patch and delete by path, in one text", () => {
    const changes = [
      { kind: "flags", key: "a", item: parseItem('{"version":2}') },
      { kind: "segments", key: 's/"x"', item: tombstone("segments", 9) },
    ] as const;
    expect(changesMessage("all", changes)).toBe(
      'event: patch\ndata: {"path":"/flags/a","data":{"version":2}}\n\n' +
        'event: delete\ndata: {"path":"/segments/s/\\"x\\"","version":9}\n\n',
    );
    expect(changesMessage("flags", changes.slice(0, 1))).toBe(
      'event: patch\ndata: {"path":"/a","data":{"version":2}}\n\n',
    );
  });

  it("keep the lines of an item's text apart, which SSE would end the field at", () => {
    const item = parseItem('{\n"version":\r\n1}');
    expect(changesMessage("flags", [{ kind: "flags", key: "a", item }])).toBe(
      'event: patch\ndata: {"path":"/a","data":{\ndata: "version":\ndata: 1}}\n\n',
    );
  });
});
