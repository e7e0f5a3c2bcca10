import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { sample, winsSampling } from "../../../../services/forwarder/delivery/sampling.ts";
import type { EventPayload } from "../../../../shared/queue/event-payload.ts";

const INTERVAL = 4;
const ids = Array.from({ length: 4000 }, (_, i) => `3f2504e0-4f89-41d3-9a0c-${i}`);
const loser = ids.find((id) => !winsSampling(id, INTERVAL)) ?? "";
const winner = ids.find((id) => winsSampling(id, INTERVAL)) ?? "";
const payload = (body: string | Buffer, changes: Partial<EventPayload> = {}): EventPayload => ({
  id: loser,
  kind: "server-analytics",
  headers: { "content-type": "application/json" },
  acceptedAt: 0,
  attempts: 0,
  body: Buffer.from(body),
  ...changes,
});
const SUMMARY = '{"kind":"summary","n":1.0}';
const INDEX = '{ "kind" : "index" , "big":12345678901234567890}';
const IDENTIFY = '{"kind":"identify"}';
const CUSTOM = '{"kind":"custom","data":{"kind":"summary"}}';
const FEATURE = '{"kind":"feature"}';

describe("sampling", () => {
  it("lets about one payload of N win, the same ones every time", () => {
    const wins = ids.filter((id) => winsSampling(id, INTERVAL));
    expect(wins.length).toBeGreaterThan(850);
    expect(wins.length).toBeLessThan(1150);
    expect(ids.filter((id) => winsSampling(id, INTERVAL))).toEqual(wins);
  });

  it("leaves a losing payload the raw text of its summary, index and identify events", async () => {
    const sampled = await sample(
      payload(`[${CUSTOM}, ${SUMMARY},${FEATURE},${INDEX} ,${IDENTIFY}]`),
      INTERVAL,
    );
    expect(sampled?.body.toString()).toBe(`[${SUMMARY},${INDEX},${IDENTIFY}]`);
  });

  it("looks into a compressed payload, and sends what is left uncompressed", async () => {
    const headers = { "content-encoding": "gzip", "user-agent": "x" };
    const sampled = await sample(payload(gzipSync(`[${CUSTOM},${SUMMARY}]`), { headers }), INTERVAL);
    expect(sampled?.body.toString()).toBe(`[${SUMMARY}]`);
    expect(sampled?.headers).toEqual({ "user-agent": "x" });
  });

  it("leaves nothing of a losing payload that has no such events", async () => {
    expect(await sample(payload(`[${CUSTOM},${FEATURE}]`), INTERVAL)).toBeUndefined();
    expect(await sample(payload("[]"), INTERVAL)).toBeDefined();
  });

  it.each([
    ["of a winner", payload(`[${CUSTOM}]`, { id: winner }), INTERVAL],
    ["with an interval of 0", payload(`[${CUSTOM}]`), 0],
    ["with an interval of 1", payload(`[${CUSTOM}]`), 1],
    ["of a diagnostic event", payload('{"kind":"diagnostic"}', { kind: "server-diagnostic" }), INTERVAL],
    ["that is no array", payload('{"kind":"custom"}'), INTERVAL],
    ["that is no JSON", payload("[{]"), INTERVAL],
    ["that is no gzip", payload("x", { headers: { "content-encoding": "gzip" } }), INTERVAL],
    ["with nothing to take away", payload(`[ ${SUMMARY} ]`), INTERVAL],
  ])("touches nothing %s", async (_what, untouched, interval) => {
    expect(await sample(untouched, interval)).toBe(untouched);
  });
});
