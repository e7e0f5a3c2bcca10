import { describe, expect, it } from "vitest";
import {
  type Circumstances,
  deliveryOutcome,
  MAX_AGE_MS,
  retryAfterMs,
} from "../../../services/forwarder/delivery-outcome.ts";

const now = Date.UTC(2026, 0, 1);
const fresh: Circumstances = { attempt: 1, acceptedAt: now, now, random: () => 0 };
const old: Circumstances = { ...fresh, acceptedAt: now - MAX_AGE_MS - 1 };
const answered = (status: number, retryAfter?: string) =>
  ({ kind: "answered", status, ...(retryAfter !== undefined && { retryAfter }) }) as const;

describe("the outcome of a delivery", () => {
  const statuses = {
    delivered: [200, 202, 204],
    dead: [100, 300, 301, 302, 303, 307, 308, 400, 402, 406, 410, 413, 415, 418, 422, 431],
    parked: [401, 403, 404, 405],
    again: [408, 429, 500, 501, 502, 503, 504, 511, 599],
  };
  it.each(Object.entries(statuses).flatMap(([kind, all]) => all.map((status) => [status, kind] as const)))(
    "of status %i is %s",
    (status, kind) => {
      expect(deliveryOutcome(answered(status), fresh).kind).toBe(kind);
    },
  );

  it.each([
    ["a status 503", answered(503)],
    ["a status 401", answered(401)],
    ["a failure", { kind: "failed", reason: "ECONNREFUSED" } as const],
  ])("of %s is dead once the payload is older than 24 hours", (_what, result) => {
    expect(deliveryOutcome(result, { ...old, acceptedAt: old.acceptedAt + 1 }).kind).not.toBe("dead");
    expect(deliveryOutcome(result, old)).toMatchObject({
      kind: "dead",
      reason: expect.stringContaining("24 hours"),
    });
  });

  it("is delivered however old the payload is", () => {
    expect(deliveryOutcome(answered(202), old)).toEqual({ kind: "delivered" });
  });

  it("of a failure is again, for its reason", () => {
    expect(deliveryOutcome({ kind: "failed", reason: "ECONNREFUSED" }, fresh)).toEqual({
      kind: "again",
      delayMs: 1000,
      reason: "ECONNREFUSED",
    });
  });

  it("waits twice as long after each attempt, up to 5 minutes, all of it random", () => {
    const delays = (random: number) =>
      [1, 2, 3, 9, 10, 100].map((attempt) => {
        const outcome = deliveryOutcome(answered(500), { ...fresh, attempt, random: () => random });
        return outcome.kind === "again" ? outcome.delayMs : outcome.kind;
      });
    expect(delays(0)).toEqual([1000, 2000, 4000, 256_000, 300_000, 300_000]);
    expect(delays(0.75)).toEqual([250, 500, 1000, 64_000, 75_000, 75_000]);
  });

  it("waits at least as long as Retry-After says", () => {
    expect(deliveryOutcome(answered(429, "120"), fresh)).toMatchObject({ kind: "again", delayMs: 120_000 });
    expect(deliveryOutcome(answered(503, "0"), fresh)).toMatchObject({ kind: "again", delayMs: 1000 });
  });
});

describe("Retry-After", () => {
  it.each([
    [undefined, 0],
    ["30", 30_000],
    [" 7 ", 7000],
    ["Thu, 01 Jan 2026 00:01:00 GMT", 60_000],
    ["Wed, 31 Dec 2025 23:59:00 GMT", 0],
    ["99999999999", 3600_000],
    ["-5", 0],
    ["soon", 0],
    ["", 0],
  ])("%j means %i ms", (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });
});
