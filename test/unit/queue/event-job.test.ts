import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeJob, encodeJob } from "../../../shared/queue/event-job.ts";
import { type EventPayload, PAYLOAD_KINDS } from "../../../shared/queue/event-payload.ts";
import { UnknownJobError } from "../../../shared/queue/unknown-job-error.ts";

const payload = (body: Uint8Array): EventPayload => ({
  id: "an-id",
  kind: "server-analytics",
  headers: { "user-agent": "NodeJSClient/9" },
  acceptedAt: 1_700_000_000_000,
  attempts: 0,
  body: Buffer.from(body),
});

const throughRedis = (payloads: readonly EventPayload[]) =>
  decodeJob(JSON.parse(JSON.stringify(encodeJob(payloads))));

/** With bodies as text of which each byte can be told; to compare buffers would take vitest ten times as long. */
const readable = (payloads: readonly EventPayload[]) =>
  payloads.map((one) => ({ ...one, body: one.body.toString("hex") }));

describe("an event job", () => {
  it("gives back the very bytes, whether they are text or not", () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      // Not `fc.string`: to list all characters takes it seconds on a busy machine.
      fc
        .array(fc.integer({ min: 0, max: 0x10ffff }))
        .map((codes) => Buffer.from(String.fromCodePoint(...codes))),
    );
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 4 }), fc.constantFrom(...PAYLOAD_KINDS), (bodies, kind) => {
        const payloads = bodies.map((body) => ({ ...payload(body), kind }));
        expect(readable(throughRedis(payloads))).toEqual(readable(payloads));
      }),
    );
  });

  it("gives back each payload's headers, in whatever they differ from the others'", () => {
    const id = fc.constantFrom("", "one", "another");
    const headers = fc.dictionary(
      fc.constantFrom("x-launchdarkly-payload-id", "x-launchdarkly-unsummarized", "user-agent"),
      fc.constantFrom("", "one", "another"),
    );
    fc.assert(
      fc.property(fc.array(fc.record({ id, headers })), (bearers) => {
        const payloads = bearers.map((bearer) => ({ ...payload(Buffer.from("[]")), ...bearer }));
        expect(readable(throughRedis(payloads))).toEqual(readable(payloads));
      }),
    );
  });

  it("says no header twice in a row, nor an id as a header", () => {
    const ids = ["first-id", "second-id"];
    const headers = { "user-agent": "NodeJSClient/9", "x-launchdarkly-event-schema": "4" };
    const payloads = ids.map((id) => ({
      ...payload(Buffer.from("[]")),
      id,
      headers: { ...headers, "x-launchdarkly-payload-id": id },
    }));
    expect(encodeJob(payloads).payloads.map((stored) => stored.headers)).toEqual([
      { ...headers, "x-launchdarkly-payload-id": true },
      {},
    ]);
  });

  it("keeps a byte order mark", () => {
    const body = Buffer.from([0xef, 0xbb, 0xbf, 0x5b, 0x5d]);
    expect(decodeJob(encodeJob([payload(body)]))[0]?.body).toEqual(body);
  });

  it("stores text as text", () => {
    expect(encodeJob([payload(Buffer.from('[{"é":1}]'))]).payloads[0]).toMatchObject({ text: '[{"é":1}]' });
  });

  const stored = { ...encodeJob([payload(Buffer.from("[]"))]).payloads[0] };
  it.each([
    ["no object", null, "the job is no object"],
    ["another version", { version: 2, payloads: [] }, "version 2"],
    ["no list", { version: 1, payloads: {} }, "no list of payloads"],
    ["a payload without an id", { ...stored, id: undefined }, "payload 0 has no id"],
    ["an unknown kind", { ...stored, kind: "gif" }, "unknown kind gif"],
    ["headers that are not texts", { ...stored, headers: { a: 1 } }, "headers that are not texts"],
    ["no time", { ...stored, acceptedAt: "now" }, "time of acceptance"],
    ["no attempts", { ...stored, attempts: undefined }, "count its attempts"],
    ["no body", { ...stored, text: undefined }, "has no body"],
  ])("with %s is refused with a clear error", (_what, value, message) => {
    const job = value !== null && "version" in value ? value : { version: 1, payloads: [value] };
    const wrong = value === null ? null : job;
    expect(() => decodeJob(wrong)).toThrow(UnknownJobError);
    expect(() => decodeJob(wrong)).toThrow(message);
  });
});
