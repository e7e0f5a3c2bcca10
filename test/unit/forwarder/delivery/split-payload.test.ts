import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { partId, splitPayload } from "../../../../services/forwarder/delivery/split-payload.ts";
import type { EventPayload } from "../../../../shared/queue/event-payload.ts";

const payload = (body: string | Buffer, changes: Partial<EventPayload> = {}): EventPayload => ({
  id: "the-id",
  kind: "server-analytics",
  headers: { "x-launchdarkly-payload-id": "the-id", "x-launchdarkly-event-schema": "4" },
  acceptedAt: 5,
  attempts: 2,
  body: Buffer.from(body),
  ...changes,
});
const EVENTS = ['{"n":1.0}', '{ "big" : 12345678901234567890 }', '{"text":"é,]"}'];
const bodies = async (from: EventPayload) => (await splitPayload(from))?.map(({ body }) => body.toString());

describe("splitting a payload", () => {
  it("halves its array, leaves every event's text as it is, and gives each half an id of its own", async () => {
    const parts = await splitPayload(payload(`[${EVENTS.join(" ,\n")}]`));
    expect(parts?.map(({ body }) => body.toString())).toEqual([
      `[${EVENTS[0]}]`,
      `[${EVENTS[1]},${EVENTS[2]}]`,
    ]);
    const ids = ["0", "1"].map((half) => partId("the-id", half));
    expect(parts?.map(({ id }) => id)).toEqual(ids);
    expect(parts?.map(({ headers }) => headers)).toEqual(
      ids.map((id) => ({ "x-launchdarkly-payload-id": id, "x-launchdarkly-event-schema": "4" })),
    );
    expect(parts?.map(({ acceptedAt, attempts }) => [acceptedAt, attempts])).toEqual([
      [5, 3],
      [5, 3],
    ]);
  });

  it("keeps the compression, and bytes that are no text", async () => {
    const strange = Buffer.concat([Buffer.from('["'), Buffer.from([0xff, 0xfe]), Buffer.from('",2]')]);
    const headers = { "content-encoding": "gzip" };
    const parts = await splitPayload(payload(gzipSync(strange), { headers }));
    expect(parts?.map(({ body }) => gunzipSync(body))).toEqual([
      Buffer.concat([Buffer.from('["'), Buffer.from([0xff, 0xfe]), Buffer.from('"]')]),
      Buffer.from("[2]"),
    ]);
  });

  it.each([400, 415])("makes what it was before of one that we compressed, after %i", async (status) => {
    const headers = { "x-launchdarkly-payload-id": "the-id", "x-launchdarkly-event-schema": "4" };
    const compressed = { "content-encoding": "gzip" };
    const whole = payload(gzipSync("[1,2]"), { headers: { ...headers, ...compressed }, compressed: true });
    expect(await splitPayload(whole, status)).toEqual([payload("[1,2]", { headers, attempts: 3 })]);
  });

  it("halves one that we compressed, and that is too large, and compresses the halves", async () => {
    const headers = { "x-launchdarkly-payload-id": "the-id", "content-encoding": "gzip" };
    const parts = await splitPayload(payload(gzipSync("[1,2]"), { headers, compressed: true }), 413);
    expect(parts?.map(({ body }) => gunzipSync(body).toString())).toEqual(["[1]", "[2]"]);
    for (const part of parts ?? [])
      expect(part).toMatchObject({ compressed: true, headers: { "content-encoding": "gzip" } });
  });

  it("gives members no compression that they do not have", async () => {
    const headers = { "x-launchdarkly-payload-id": "the-id", "content-encoding": "gzip" };
    const members = ["[1]", "[2]"].map((text, n) => ({ id: `${n}`, events: text }));
    const parts = await splitPayload(payload(gzipSync("[1,2]"), { headers, members, compressed: true }), 413);
    expect(parts?.map(({ body, compressed }) => [body.toString(), compressed])).toEqual([
      ["[1]", undefined],
      ["[2]", undefined],
    ]);
    for (const part of parts ?? []) expect(part.headers).not.toHaveProperty("content-encoding");
  });

  it.each([
    ["one event", payload(`[${EVENTS[0]}]`)],
    ["no events", payload("[]")],
    ["no array", payload('{"a":1,"b":2}')],
    ["no JSON", payload("[1,2")],
    ["a diagnostic event", payload("[1,2]", { kind: "server-diagnostic" })],
    ["what is no gzip", payload("[1,2]", { headers: { "content-encoding": "gzip" } })],
  ])("is impossible with %s", async (_what, whole) => {
    expect(await bodies(whole)).toBeUndefined();
  });
});

describe("the id of a part", () => {
  it("is a UUID that follows from the whole and the part", () => {
    const ids = [partId("a", "0"), partId("a", "1"), partId("b", "0"), partId(partId("a", "0"), "0")];
    expect(new Set(ids).size).toBe(4);
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(partId("a", "0")).toBe(ids[0]);
  });
});
