import { describe, expect, it } from "vitest";
import type { Clock } from "../../../../shared/base/clock.ts";
import { FairQueue } from "../../../../shared/base/event-loop/fair-queue.ts";
import { TimeSlices } from "../../../../shared/base/event-loop/time-slices.ts";

/** A clock that only the work of a test moves. */
class WorkedClock implements Clock {
  ms = 0;
  now = () => this.ms;
  monotonic = () => this.ms;
  sleep = () => Promise.reject(new Error("nobody sleeps here"));
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("the line of answers", () => {
  const lineOf = () => {
    const clock = new WorkedClock();
    const done: string[] = [];
    const line = new FairQueue(clock, new TimeSlices(clock));
    const ask = (name: string, ms = 1) =>
      line.add(name, () => {
        clock.ms += ms;
        done.push(name);
      });
    return { line, clock, done, ask };
  };

  it("is no line as long as there is little to do", () => {
    const { done, ask } = lineOf();
    for (const name of ["a", "b", "c", "d"]) ask(name, 0.25);
    expect(done).toEqual(["a", "b", "c", "d"]);
  });

  it("does not add up the little of many turns", async () => {
    const { done, ask } = lineOf();
    for (let time = 1; time <= 50; time++) {
      ask("little", 0.7);
      expect(done).toHaveLength(time);
      await turn();
    }
  });

  it("lets what is too much for one turn wait for the next ones, in its order", async () => {
    const { line, done, ask } = lineOf();
    const names = Array.from({ length: 20 }, (_, n) => `${n}`);
    for (const name of names) ask(name);
    expect(done).toHaveLength(1);
    expect([line.awaits("0"), line.awaits("1"), line.awaits("19")]).toEqual([false, true, true]);
    const perTurn: number[] = [];
    for (let before = done.length; done.length < names.length; before = done.length) {
      await turn();
      perTurn.push(done.length - before);
    }
    expect(done).toEqual(names);
    expect(Math.max(...perTurn)).toBeLessThanOrEqual(4);
    expect(line.awaits("19")).toBe(false);
  });

  it("keeps its order however long it is, and however long it lasts", async () => {
    const { done, ask } = lineOf();
    const names = Array.from({ length: 3000 }, (_, n) => `${n}`);
    for (const [n, name] of names.entries()) {
      ask(name, 0.5);
      if (n % 4 === 0) await turn();
    }
    while (done.length < names.length) await turn();
    expect(done).toEqual(names);
  });

  it("lets nobody overtake who waits, and is empty again afterwards", async () => {
    const { done, ask } = lineOf();
    ask("long", 100);
    ask("second", 3);
    await turn();
    ask("third");
    await turn();
    await turn();
    expect(done).toEqual(["long", "second", "third"]);
    ask("at once");
    expect(done.at(-1)).toBe("at once");
  });

  it("knows how many wait for the same", async () => {
    const { line, ask } = lineOf();
    ask("long", 100);
    for (const _ of [1, 2]) ask("same", 3);
    const seen: boolean[] = [];
    line.add("other", () => seen.push(line.awaits("same")));
    expect(line.awaits("same")).toBe(true);
    await turn();
    await turn();
    await turn();
    expect(seen).toEqual([false]);
  });
});
