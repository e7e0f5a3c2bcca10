import { describe, expect, it } from "vitest";
import { batchGroup, groupText, readGroup } from "../../../../services/forwarder/batching/batch-group.ts";
import type { EventPayload, PayloadKind } from "../../../../shared/queue/event-payload.ts";

const SCHEMA = "x-launchdarkly-event-schema";
const UNSUMMARISED = "x-launchdarkly-unsummarized";
const TAGS = "x-launchdarkly-tags";

function payload(headers: Record<string, string>, kind: PayloadKind = "server-analytics"): EventPayload {
  return { id: "1", kind, headers, acceptedAt: 0, attempts: 0, body: Buffer.from("[]") };
}

describe("the batch of a payload", () => {
  const summarised = (schema: number) => ({
    kind: "server-analytics",
    schema,
    tags: undefined,
    summarise: true,
  });

  it.each([
    ["schema 4", { [SCHEMA]: "4" }, undefined],
    ["schema 3", { [SCHEMA]: "3" }, undefined],
    ["schema 2", { [SCHEMA]: "2" }, summarised(2)],
    ["no schema", {}, summarised(1)],
    ["a schema that is no whole number", { [SCHEMA]: "4.0" }, summarised(1)],
    ["an empty schema", { [SCHEMA]: "" }, summarised(1)],
    ["schema 4 unsummarised", { [SCHEMA]: "4", [UNSUMMARISED]: "true" }, summarised(4)],
    ["schema 4 unsummarised, whatever it says", { [SCHEMA]: "4", [UNSUMMARISED]: "false" }, summarised(4)],
  ])("is for %s what the original makes of it", (_what, headers, expected) => {
    expect(batchGroup(payload(headers), false)).toEqual(expected);
  });

  it("is with merge set that of all analytics, and still none of diagnostics", () => {
    const merged = { kind: "browser-analytics", schema: 4, tags: "a", summarise: false };
    const headers = { [SCHEMA]: "4", [TAGS]: "a", "user-agent": "any" };
    expect(batchGroup(payload(headers, "browser-analytics"), true)).toEqual(merged);
    expect(batchGroup(payload({ [SCHEMA]: "2" }), true)).toEqual(summarised(2));
    expect(batchGroup(payload({}, "server-diagnostic"), true)).toBeUndefined();
  });

  it("is none of what came out of a batch", () => {
    expect(batchGroup({ ...payload({}), batched: true }, true)).toBeUndefined();
  });

  it("is read as it was written, and nothing else is", () => {
    for (const tags of [undefined, "application-id/a"]) {
      const group = { kind: "mobile-analytics", schema: 2, tags, summarise: true } as const;
      expect(readGroup(groupText(group))).toEqual(group);
    }
    for (const other of ["{}", '{"kind":"gif","schema":1,"summarise":true}'])
      expect(() => readGroup(other)).toThrow(TypeError);
  });
});
