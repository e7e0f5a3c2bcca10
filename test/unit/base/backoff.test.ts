import { describe, expect, it } from "vitest";
import { backoffMs } from "../../../shared/base/backoff.ts";

const policy = { firstMs: 100, maxMs: 1000, jitter: 0.5 };

describe("a backoff", () => {
  it("doubles with each failure, up to its maximum", () => {
    expect([1, 2, 3, 4, 5, 2000].map((failures) => backoffMs(policy, failures, () => 0))).toEqual([
      100, 200, 400, 800, 1000, 1000,
    ]);
  });

  it("is shorter by a random share of at most its jitter", () => {
    expect(backoffMs(policy, 1, () => 0.5)).toBe(75);
    expect(backoffMs(policy, 1, () => 1)).toBe(50);
    expect(backoffMs({ ...policy, jitter: 1 }, 9, () => 1)).toBe(0);
  });
});
