import { describe, expect, it } from "vitest";
import { chaosRound } from "./chaos-round.ts";

/** `npm run test:chaos` runs more and longer rounds, and other seeds. */
const DURATION_MS = 10_000;
const FIRST_SEED = Math.floor(Math.random() * 1e9);

describe("events under chaos", () => {
  it.concurrent.each([
    [FIRST_SEED, "always"],
    [FIRST_SEED + 1, "everysec"],
    [FIRST_SEED + 2, "always"],
  ] as const)("arrive, each counted once, whatever dies (seed %i, appendfsync %s)", async (seed, fsync) => {
    const report = await chaosRound({ seed, fsync, durationMs: DURATION_MS });

    expect(report).toMatchObject({ lost: [], countedTwice: [], changed: [], invented: [], deadLetters: 0 });
    // A busy machine is slow to start what was killed, and little is taken meanwhile.
    expect(report.acknowledged).toBeGreaterThan(0);
    expect(report.posts).toBeGreaterThan(report.taken);
  });
});
