import { describe, expect, it } from "vitest";
import { batchGroup } from "../../../../services/forwarder/batching/batch-group.ts";
import { mergeUnchanged } from "../../../../services/forwarder/batching/merged-events.ts";
import { mergedPayload } from "../../../../services/forwarder/batching/merged-payload.ts";
import { isMerged, partId, splitPayload } from "../../../../services/forwarder/delivery/split-payload.ts";
import { decodeJob, encodeJob } from "../../../../shared/queue/event-job.ts";

const group = { kind: "server-analytics", schema: 4, tags: "a", summarise: false } as const;
const members = [
  { id: "one", events: ' [ {"n":1.0}, {"n":2} ] ' },
  { id: "none", events: "[ ]" },
  { id: "two", events: '[{"n":3}]' },
];
const merged = mergedPayload("whole", group, mergeUnchanged(members), 5, "LDRelay/1");

describe("a merged payload", () => {
  it("holds its members' events as they came, under headers of its own", () => {
    expect(merged.body.toString()).toBe('[{"n":1.0}, {"n":2},{"n":3}]');
    expect(merged.headers).toEqual({
      "content-type": "application/json",
      "x-launchdarkly-event-schema": "4",
      "x-launchdarkly-payload-id": "whole",
      "x-launchdarkly-tags": "a",
      "user-agent": "LDRelay/1",
    });
  });

  it("says schema 4 once it is summarised, whatever came in", () => {
    const summarised = mergedPayload(
      "1",
      { ...group, schema: 1, summarise: true },
      mergeUnchanged(members),
      0,
      "",
    );
    expect(summarised.headers["x-launchdarkly-event-schema"]).toBe("4");
  });

  it("breaks up into its members, which are never batched again", async () => {
    const parts = (await splitPayload(merged)) ?? [];
    expect(parts.map(({ body }) => body.toString())).toEqual([members[0]?.events, members[2]?.events]);
    expect(parts.map(({ id }) => id)).toEqual([partId("whole", "one"), partId("whole", "two")]);
    for (const part of parts) {
      expect(part.headers).toEqual({ ...merged.headers, "x-launchdarkly-payload-id": part.id });
      expect(part).toMatchObject({ kind: "server-analytics", acceptedAt: 5, attempts: 1 });
      expect([isMerged(part), batchGroup(part, true)]).toEqual([false, undefined]);
    }
  });

  it("breaks up into the same parts whoever does it, also after a stay in Redis", async () => {
    const [stored] = decodeJob(JSON.parse(JSON.stringify(encodeJob([merged]))));
    expect(stored).toEqual(merged);
    expect(stored && (await splitPayload(stored))).toEqual(await splitPayload(merged));
  });

  it("is not stored twice where its body is nothing but its members'", () => {
    expect(encodeJob([merged]).payloads[0]).not.toHaveProperty("text");
    const summarised = { ...merged, body: Buffer.from("[]") };
    expect(encodeJob([summarised]).payloads[0]).toHaveProperty("text", "[]");
  });

  it("of one member breaks up into halves, which have no members any more", async () => {
    const alone = mergedPayload("1", group, mergeUnchanged(members.slice(0, 1)), 0, "");
    expect(isMerged(alone)).toBe(false);
    const halves = (await splitPayload(alone)) ?? [];
    expect(halves.map(({ body, members, batched }) => [`${body}`, members, batched])).toEqual([
      ['[{"n":1.0}]', undefined, true],
      ['[{"n":2}]', undefined, true],
    ]);
    expect(decodeJob(encodeJob(halves))).toEqual(halves);
  });
});
