import { describe, expect, it } from "vitest";
import { betterEstimate } from "../../../shared/redis/clock-estimate.ts";

const known = { aheadMs: 1000, uncertainMs: 2, atMs: 0 };

describe("an estimate of another clock", () => {
  it("is taken when there is none", () => {
    expect(betterEstimate(undefined, known)).toBe(known);
  });

  it("replaces one that is less certain, and not one that is more certain", () => {
    const fast = { aheadMs: 1001, uncertainMs: 1, atMs: 10 };
    const slow = { aheadMs: 1001, uncertainMs: 50, atMs: 10 };
    expect(betterEstimate(known, fast)).toBe(fast);
    expect(betterEstimate(known, slow)).toBe(known);
  });

  it("replaces a more certain one that is old enough to have drifted", () => {
    const later = { aheadMs: 1001, uncertainMs: 50, atMs: 480_001 };
    expect(betterEstimate(known, later)).toBe(later);
  });

  it("replaces one that cannot be true any more, because the clock was set", () => {
    const set = { aheadMs: 5000, uncertainMs: 50, atMs: 10 };
    expect(betterEstimate(known, set)).toBe(set);
  });
});
