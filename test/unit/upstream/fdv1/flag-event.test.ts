import { describe, expect, it } from "vitest";
import { upstreamDataAfter } from "../../../../services/ingestor/leadership/upstream-data.ts";
import { tombstone } from "../../../../shared/model/tombstone.ts";
import { InvalidEventError, readFlagEvent } from "../../../../shared/upstream/fdv1/flag-event.ts";

const put = (json: string) => {
  const event = readFlagEvent("put", json);
  if (event.kind !== "put") throw new Error(event.kind);
  return event.data;
};

describe("an event of LaunchDarkly's stream", () => {
  it("keeps each item of a put exactly as it was written", () => {
    const flag = '{ "key":"a", "version": 3, "x": 1.0, "big":12345678901234567890, "unknown":{"y":[]} }';
    const data = put(`{"path":"/","data":{"flags":{"a":${flag}},"segments":{"s":{"version":1}}}}`);
    expect(data.flags.get("a")).toEqual({ version: 3, deleted: false, raw: flag });
    expect(data.segments.get("s")).toEqual({ version: 1, deleted: false, raw: '{"version":1}' });
  });

  it("takes a put without path, without a collection, and with null for what a relay has deleted", () => {
    expect(put('{"data":{"flags":{"a":null}}}')).toEqual({ flags: new Map(), segments: new Map() });
    expect(put('{"data":{"flags":null,"segments":{}}}').flags.size).toBe(0);
  });

  it("treats keys such as __proto__ and constructor as ordinary", () => {
    const data = put('{"data":{"flags":{"__proto__":{"version":1},"constructor":{"version":2}}}}');
    expect([...data.flags.keys()]).toEqual(["__proto__", "constructor"]);
  });

  it("reads patches and deletes of flags and segments, whatever their keys look like", () => {
    expect(readFlagEvent("patch", '{"path":"/flags/a/b","data":{"version":2}}')).toEqual({
      kind: "change",
      change: { kind: "flags", key: "a/b", item: { version: 2, deleted: false, raw: '{"version":2}' } },
    });
    expect(readFlagEvent("delete", '{"path":"/segments/s","version":4}')).toEqual({
      kind: "change",
      change: { kind: "segments", key: "s", item: tombstone("segments", 4) },
    });
  });

  it.each([
    ["an unknown event", "goodbye", "whatever"],
    ["a path of an unknown kind", "patch", '{"path":"/configs/a","data":{"version":1}}'],
    ["a delete of an unknown kind", "delete", '{"path":"/configs/a","version":1}'],
  ])("ignores %s", (_, name, text) => {
    expect(readFlagEvent(name, text)).toEqual({ kind: "ignored" });
  });

  it.each([
    ["broken JSON", "put", '{"data":'],
    ["a collection that is none", "put", '{"data":{"flags":true}}'],
    ["an item that is none", "put", '{"data":{"flags":{"a":true}}}'],
    ["an item without a version", "put", '{"data":{"flags":{"a":{}}}}'],
    ["a patch without an item", "patch", '{"path":"/flags/a","data":true}'],
    ["a patch without data", "patch", '{"path":"/flags/a"}'],
    ["a delete whose version is text", "delete", '{"path":"/flags/a","version":"no"}'],
    ["no object at all", "put", "null"],
  ])("calls %s invalid", (_, name, text) => {
    expect(() => readFlagEvent(name, text)).toThrow(InvalidEventError);
  });
});

describe("what a stream has said", () => {
  const said = put('{"data":{"flags":{"a":{"version":5}}}}');
  const heardWith = (name: string, text: string) => upstreamDataAfter(said, readFlagEvent(name, text));

  it("is nothing before the first put", () => {
    expect(
      upstreamDataAfter(undefined, readFlagEvent("patch", '{"path":"/flags/a","data":{"version":9}}')),
    ).toBe(undefined);
  });

  it("is what a put says, also with lower versions", () => {
    expect(heardWith("put", '{"data":{"flags":{"a":{"version":1}}}}')?.flags.get("a")?.version).toBe(1);
  });

  it("moves with patches and deletes above it only", () => {
    expect(heardWith("patch", '{"path":"/flags/a","data":{"version":5,"new":1}}')).toBe(said);
    expect(heardWith("patch", '{"path":"/flags/a","data":{"version":6}}')?.flags.get("a")?.version).toBe(6);
    expect(heardWith("delete", '{"path":"/flags/a","version":5}')).toBe(said);
    expect(heardWith("delete", '{"path":"/flags/a","version":6}')?.flags.get("a")?.deleted).toBe(true);
  });

  it("remembers that an unknown item was deleted", () => {
    const deleted = heardWith("delete", '{"path":"/flags/b","version":7}');
    const late = readFlagEvent("patch", '{"path":"/flags/b","data":{"version":7}}');
    expect(upstreamDataAfter(deleted, late)?.flags.get("b")?.deleted).toBe(true);
  });
});
