import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TimerWheel } from "../../../../shared/base/event-loop/timer-wheel.ts";

describe("a timer wheel", () => {
  it("hands out what is due, never early, at most a tick late, once", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(5_000)),
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }),
        (times, pauses) => {
          const wheel = new TimerWheel<{ readonly atMs: number }>(100, 0);
          const waiting = new Set(times.map((atMs) => ({ atMs })));
          for (const item of waiting) wheel.add(item, item.atMs);
          let now = 0;
          for (const pause of pauses) {
            now += pause;
            for (const item of wheel.takeDue(now)) {
              expect(waiting.delete(item)).toBe(true);
              expect(item.atMs).toBeLessThanOrEqual(now);
            }
            for (const item of waiting) expect(item.atMs).toBeGreaterThan(now - 100);
          }
        },
      ),
    );
  });

  it("hands out nothing that was removed", () => {
    const wheel = new TimerWheel<string>(100, 0);
    const tick = wheel.add("a", 250);
    wheel.add("b", 250);
    wheel.remove("a", tick);
    wheel.remove("a", tick);
    expect(wheel.takeDue(1_000)).toEqual(["b"]);
  });

  it("still takes items for a tick that has passed", () => {
    const wheel = new TimerWheel<string>(100, 0);
    expect(wheel.takeDue(1_000)).toEqual([]);
    wheel.add("late", 300);
    expect(wheel.takeDue(1_100)).toEqual(["late"]);
  });
});
