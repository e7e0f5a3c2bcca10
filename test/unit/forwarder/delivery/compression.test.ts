import { randomBytes } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { Compression } from "../../../../services/forwarder/delivery/compression.ts";
import { CompressionHealth } from "../../../../services/forwarder/delivery/compression-health.ts";
import type { PostResult } from "../../../../services/forwarder/delivery/delivery-outcome.ts";
import { winsSampling } from "../../../../services/forwarder/delivery/sampling.ts";
import { decodeJob, encodeJob } from "../../../../shared/queue/event-job.ts";
import type { EventPayload } from "../../../../shared/queue/event-payload.ts";
import { MovedClock } from "../../../support/moved-clock.ts";
import { RecordedLog } from "../../../support/recorded.ts";

const HEADERS = { "x-launchdarkly-payload-id": "the-id", "content-type": "application/json" };
const events = (count: number, kind = "custom") =>
  JSON.stringify(Array.from({ length: count }, (_, n) => ({ kind, creationDate: n, key: `key-${n % 9}` })));
const payload = (body: string | Buffer, changes: Partial<EventPayload> = {}): EventPayload => ({
  id: "the-id",
  kind: "server-analytics",
  headers: HEADERS,
  acceptedAt: 5,
  attempts: 0,
  body: Buffer.from(body),
  ...changes,
});

let log: RecordedLog;
let clock: MovedClock;
let health: CompressionHealth;
let recorded: (readonly EventPayload[])[];

beforeEach(() => {
  log = new RecordedLog();
  clock = new MovedClock();
  health = new CompressionHealth(log, clock);
  recorded = [];
});

const prepare = (payloads: readonly EventPayload[], settings = {}) =>
  new Compression({ enabled: true, samplingInterval: 0, health, ...settings }).prepare(payloads, {
    rewrite: async (left) => void recorded.push(left),
  });

describe("compression", () => {
  it.each([40, 4000])(
    "makes gzip of %i events, and records it in the job before anything is posted",
    async (count) => {
      const [big, small] = [payload(events(count)), payload("[]")];
      const prepared = await prepare([big, small]);
      expect(prepared[0]).toMatchObject({
        id: "the-id",
        headers: { ...HEADERS, "content-encoding": "gzip" },
        compressed: true,
      });
      expect(gunzipSync(prepared[0]?.body ?? "").toString()).toBe(events(count));
      expect(prepared[0]?.body.byteLength).toBeLessThan(big.body.byteLength / 5);
      expect(prepared[1]).toBe(small);
      expect(recorded).toEqual([prepared]);
      expect(decodeJob(JSON.parse(JSON.stringify(encodeJob(prepared))))).toEqual(prepared);
    },
  );

  it("does nothing the next time, whatever is set then", async () => {
    const prepared = await prepare([payload(events(40))]);
    expect(await prepare(prepared)).toBe(prepared);
    expect(await prepare(prepared, { enabled: false })).toBe(prepared);
    expect(recorded).toHaveLength(1);
  });

  it.each([
    ["is small", payload(events(10))],
    ["came compressed", payload(gzipSync(randomBytes(2000)), { headers: { "content-encoding": "gzip" } })],
    ["does not become smaller", payload(randomBytes(2000))],
    ["was tried before", payload(events(40), { attempts: 1 })],
    ["was a dead letter", payload(events(40), { replays: 1 })],
  ])("leaves as it is what %s", async (_what, one) => {
    const payloads = [one];
    expect(await prepare(payloads)).toBe(payloads);
    expect(recorded).toEqual([]);
  });

  it("does nothing when it is off", async () => {
    const payloads = [payload(events(40))];
    expect(await prepare(payloads, { enabled: false })).toBe(payloads);
  });

  it("compresses diagnostics, and what was merged, too", async () => {
    const members = [{ id: "a", events: events(40) }];
    const [diagnostic, merged] = await prepare([
      payload(`{"kind":"diagnostic-init","platform":"${"x".repeat(2000)}"}`, { kind: "server-diagnostic" }),
      payload(events(40), { batched: true, members }),
    ]);
    expect([diagnostic?.compressed, merged?.compressed, merged?.members]).toEqual([true, true, members]);
  });

  it("compresses what sampling leaves", async () => {
    const id = ["a", "b", "c", "d"].find((one) => !winsSampling(one, 4)) ?? "";
    const some = `[${events(40).slice(1, -1)},${events(60, "index").slice(1, -1)}]`;
    const [sampled, nothing] = await prepare([payload(some, { id }), payload(events(40), { id })], {
      samplingInterval: 4,
    });
    expect(gunzipSync(sampled?.body ?? "").toString()).toBe(events(60, "index"));
    expect(nothing?.compressed).toBeUndefined();
  });
});

describe("when gzip is not taken", () => {
  const answered = (status: number): PostResult => ({ kind: "answered", status });
  const compressed = payload("x", { compressed: true });

  it.each([
    ["one 415", [415]],
    ["ten 400 in a row", Array(10).fill(400)],
  ])("%s ends compressing for an hour, and the log says so once", async (_what, statuses: number[]) => {
    for (const status of [...statuses, ...statuses]) health.observe(compressed, answered(status));
    const payloads = [payload(events(40))];
    expect(await prepare(payloads)).toBe(payloads);
    expect(log.lines.filter((line) => line.includes("events.compression_refused"))).toHaveLength(1);
    await clock.pass(3600_000);
    expect(await prepare(payloads)).not.toBe(payloads);
  });

  it("a bad payload now and then ends nothing, nor does what was not compressed", () => {
    for (let n = 0; n < 100; n += 1) health.observe(compressed, answered(n % 3 === 0 ? 202 : 400));
    for (let n = 0; n < 100; n += 1) health.observe(payload("x"), answered(415));
    expect(health.isSuspended).toBe(false);
  });
});
