import { randomInt } from "node:crypto";
import { describe, expect, it } from "vitest";
import { BusWorld } from "../../support/bus-world/bus-world.ts";

/**
 * `BUS_RUNS=5000 BUS_SEED=1 npx vitest run bus-property` for a long search. Without a seed each search is another; a
 * failure names the seeds of the runs that broke.
 */
const RUNS = Number(process.env.BUS_RUNS ?? 1000);
const FIRST_SEED = Number(process.env.BUS_SEED ?? randomInt(1_000_000_000));

describe("the bus, whatever happens", () => {
  it(`brings edges and Redis to upstream's last word and takes no SDK back (${RUNS} runs from seed ${FIRST_SEED})`, {
    timeout: 600_000,
  }, async () => {
    const broken: string[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
      const world = new BusWorld(seed);
      await world.run();
      if (world.violations.length > 0) broken.push(`seed ${seed}: ${world.violations[0]}`);
    }
    expect(broken).toEqual([]);
  });
});
