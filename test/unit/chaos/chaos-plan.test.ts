import { describe, expect, it } from "vitest";
import { BEYOND_THE_LOCK_MS, chaosPlan } from "../../system/chaos/chaos-plan.ts";

const CAST = { edges: 2, forwarders: 2, environments: 3 };
const SEEDS = Array.from({ length: 50 }, (_, seed) => seed);

describe("a plan of chaos", () => {
  it("is the same for the same seed, and another one for another", () => {
    expect(chaosPlan(7, 10_000, CAST)).toEqual(chaosPlan(7, 10_000, CAST));
    expect(chaosPlan(7, 10_000, CAST)).not.toEqual(chaosPlan(8, 10_000, CAST));
  });

  it("kills every kind of process, and stops a forwarder for longer than its lock", () => {
    for (const seed of SEEDS) {
      const plan = chaosPlan(seed, 10_000, CAST);
      const kinds = new Set(plan.map(({ mishap }) => mishap.kind));
      expect([...kinds].sort()).toEqual([
        "kill edge",
        "kill forwarder",
        "kill redis",
        "stop forwarder",
        "upstream",
      ]);
      const stop = plan.find(({ mishap }) => mishap.kind === "stop forwarder");
      expect(stop?.forMs).toBeGreaterThanOrEqual(BEYOND_THE_LOCK_MS);
    }
  });

  it("lets nothing happen to what is down already", () => {
    for (const seed of SEEDS) {
      const until = new Map<string, number>();
      for (const { mishap, atMs, forMs } of chaosPlan(seed, 60_000, CAST)) {
        const whom =
          "edge" in mishap
            ? `edge ${mishap.edge}`
            : "forwarder" in mishap
              ? `forwarder ${mishap.forwarder}`
              : mishap.kind;
        expect(atMs).toBeGreaterThanOrEqual(until.get(whom) ?? 0);
        until.set(whom, atMs + forMs);
      }
    }
  });
});
