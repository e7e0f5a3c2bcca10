import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { RecentlySeen } from "../../../../services/edge/results/recently-seen.ts";

describe("the filter of what was recently seen", () => {
  const tag = (n: number) => `"${createHash("sha1").update(String(n)).digest("base64url")}"`;

  it("knows what came before", () => {
    const seen = new RecentlySeen();
    expect([seen.seenBefore(tag(1)), seen.seenBefore(tag(2)), seen.seenBefore(tag(1))]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("hardly ever takes one for another, and forgets under a flood", () => {
    const seen = new RecentlySeen();
    let mistaken = 0;
    for (let n = 0; n < 100_000; n++) if (seen.seenBefore(tag(n))) mistaken += 1;
    expect(mistaken).toBeLessThan(10);
    expect(seen.seenBefore(tag(99_999))).toBe(true);
    let remembered = 0;
    for (let n = 0; n < 1000; n++) if (seen.seenBefore(tag(n))) remembered += 1;
    expect(remembered).toBeLessThan(500);
  });
});
