import { describe, expect, it } from "vitest";
import { betterEstimate } from "../../../shared/redis/clock-estimate.ts";
import { RedisClock } from "../../../shared/redis/redis-clock.ts";
import { until } from "../../support/recorded.ts";

const known = { aheadMs: 1000, uncertainMs: 1, atMs: 0 };

describe("the estimate of another clock", () => {
  it.each([
    ["a faster answer", { aheadMs: 1000.5, uncertainMs: 0.5, atMs: 5000 }, "latest"],
    ["a slower answer that agrees", { aheadMs: 1010, uncertainMs: 15, atMs: 5000 }, "known"],
    [
      "a slower answer, once the clocks may have drifted as far apart",
      { aheadMs: 1010, uncertainMs: 15, atMs: 200_000 },
      "latest",
    ],
    [
      "an answer that contradicts: the clock was set, or Redis failed over",
      { aheadMs: 400, uncertainMs: 15, atMs: 5000 },
      "latest",
    ],
  ])("after %s", (_, latest, kept) => {
    expect(betterEstimate(known, latest)).toBe(kept === "latest" ? latest : known);
  });

  it("begins with the first", () => {
    expect(betterEstimate(undefined, known)).toBe(known);
  });
});

describe("the time of Redis", () => {
  it("is the same for hosts whose clocks differ, and unknown before Redis has answered", async () => {
    const redisMs = 1_700_000_000_000;
    let monotonic = 0;
    const redis = (status: "ready" | "connecting") => ({
      status,
      time: async (): Promise<[number, number]> => [redisMs / 1000, 0],
    });
    const host = (wrongBy: number) => ({
      now: () => redisMs + wrongBy,
      monotonic: () => monotonic + wrongBy,
      sleep: (_: number, signal?: AbortSignal) =>
        new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve())),
    });
    const clocks = [0, 3_600_000, -120_000].map((wrongBy) => new RedisClock(redis("ready"), host(wrongBy)));
    const none = new RedisClock(redis("connecting"), host(0));
    await until("Redis has answered", () => clocks.every((clock) => clock.now() !== undefined));
    monotonic += 250;
    for (const clock of clocks) expect(clock.now()).toBe(redisMs + 250);
    expect(none.now()).toBeUndefined();
    for (const clock of [...clocks, none]) clock.stop();
  });
});
