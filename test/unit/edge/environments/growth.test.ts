import { beforeEach, describe, expect, it } from "vitest";
import { Growth } from "../../../../services/edge/environments/growth.ts";
import { MovedClock } from "../../../support/moved-clock.ts";

let clock: MovedClock;
let growth: Growth;
beforeEach(() => {
  clock = new MovedClock();
  growth = new Growth(clock);
});

describe("a number that somebody keeps raising", () => {
  it("has not grown by what it was at first, nor by becoming lower", async () => {
    growth.read(5);
    await clock.pass(1000);
    growth.read(3);
    expect([growth.grewAt, growth.stillMs]).toEqual([undefined, 1000]);
    growth.read(4);
    expect([growth.grewAt, growth.stillMs]).toEqual([1000, 0]);
  });

  it("stands still for as long as somebody looks, and not for a time in which this process stood still", async () => {
    growth.read(1);
    growth.read(2);
    for (let look = 0; look < 3; look += 1) {
      await clock.pass(2000);
      growth.read(2);
    }
    expect(growth.stillMs).toBe(6000);
    await clock.pass(3_600_000);
    expect(growth.stillMs).toBe(11_000);
  });
});
