import { describe, expect, it } from "vitest";
import {
  type Circumstances,
  deliveryOutcome,
  destinationSignal,
  retryAfterMs,
} from "../../../../services/forwarder/delivery/delivery-outcome.ts";

const now = Date.UTC(2026, 0, 1);
const DAY_MS = 24 * 3600_000;
const fresh: Circumstances = {
  attempt: 1,
  ageMs: 0,
  now,
  random: () => 0,
  policy: { maxAgeMs: DAY_MS, maxDelayMs: 300_000 },
  hasOtherForm: false,
};
const old: Circumstances = { ...fresh, ageMs: DAY_MS + 1 };
const answered = (status: number, retryAfter?: string) =>
  ({ kind: "answered", status, ...(retryAfter !== undefined && { retryAfter }) }) as const;
const failed = { kind: "failed", cause: { code: "ECONNREFUSED", text: "ECONNREFUSED" } } as const;

/** Every status there is, class by class: what it means for the payload, and for the way to LaunchDarkly. */
const STATUSES: readonly (readonly [from: number, to: number, kind: string, sign: string])[] = [
  [100, 199, "again", "failing"],
  [200, 299, "delivered", "healthy"],
  [300, 399, "parked", "refused"],
  [400, 400, "dead", "healthy"],
  [401, 405, "parked", "refused"],
  [406, 406, "dead", "healthy"],
  [407, 407, "parked", "refused"],
  [408, 408, "again", "failing"],
  [409, 409, "dead", "healthy"],
  [410, 410, "parked", "refused"],
  [411, 412, "dead", "healthy"],
  [413, 413, "split", "healthy"],
  [414, 420, "dead", "healthy"],
  [421, 421, "again", "failing"],
  [422, 424, "dead", "healthy"],
  [425, 425, "again", "failing"],
  [426, 428, "dead", "healthy"],
  [429, 429, "again", "failing"],
  [430, 499, "dead", "healthy"],
  [500, 599, "again", "failing"],
];
const EVERY_STATUS = STATUSES.flatMap(([from, to, kind, sign]) =>
  Array.from({ length: to - from + 1 }, (_, i) => [from + i, kind, sign] as const),
);

describe("the outcome of a delivery", () => {
  it("is known of every status from 100 to 599", () => {
    expect(EVERY_STATUS.map(([status]) => status)).toEqual(Array.from({ length: 500 }, (_, i) => 100 + i));
  });

  it.each(EVERY_STATUS)("of status %i is %s, and the way is %s", (status, kind, sign) => {
    const outcome = deliveryOutcome(answered(status), fresh);
    expect(outcome.kind).toBe(kind);
    if (outcome.kind !== "delivered") expect(outcome.reason).toBe(`status ${status}`);
    expect(destinationSignal(answered(status))).toBe(sign);
  });

  it("of a merged payload is split where that of another is dead", () => {
    for (const [status, kind] of EVERY_STATUS) {
      const merged = deliveryOutcome(answered(status), { ...fresh, hasOtherForm: true });
      expect([status, merged.kind]).toEqual([status, kind === "dead" ? "split" : kind]);
    }
  });

  it("of a failure is again, and without anywhere to post to parked, for its reason", () => {
    const unaddressed = { kind: "unaddressed", reason: "no mobile key" } as const;
    expect(deliveryOutcome(failed, fresh)).toEqual({ kind: "again", delayMs: 1000, reason: "ECONNREFUSED" });
    expect(deliveryOutcome(unaddressed, fresh)).toEqual({ kind: "parked", reason: "no mobile key" });
    expect([destinationSignal(failed), destinationSignal(unaddressed)]).toEqual(["failing", "nothing"]);
  });

  it.each([
    ["a status 503", answered(503), 503],
    ["a status 401", answered(401), 401],
    ["a failure", failed, undefined],
  ])("of %s is dead once the payload is older than it may become", (_what, result, status) => {
    expect(deliveryOutcome(result, { ...old, ageMs: DAY_MS }).kind).not.toBe("dead");
    const dead = deliveryOutcome(result, old);
    expect(dead).toMatchObject({ kind: "dead", reason: expect.stringContaining("too old: ") });
    expect(dead.kind === "dead" && dead.status).toBe(status);
  });

  it("is delivered, or split, however old the payload is", () => {
    expect(deliveryOutcome(answered(202), old).kind).toBe("delivered");
    expect(deliveryOutcome(answered(413), old).kind).toBe("split");
  });

  it("waits twice as long after each attempt, up to the longest delay, all of it random", () => {
    const delays = (random: number, maxDelayMs = 300_000) =>
      [1, 2, 3, 9, 10, 100].map((attempt) => {
        const policy = { ...fresh.policy, maxDelayMs };
        const outcome = deliveryOutcome(answered(500), { ...fresh, attempt, policy, random: () => random });
        return outcome.kind === "again" ? outcome.delayMs : outcome.kind;
      });
    expect(delays(0)).toEqual([1000, 2000, 4000, 256_000, 300_000, 300_000]);
    expect(delays(0.75)).toEqual([250, 500, 1000, 64_000, 75_000, 75_000]);
    expect(delays(0, 50)).toEqual([50, 50, 50, 50, 50, 50]);
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
