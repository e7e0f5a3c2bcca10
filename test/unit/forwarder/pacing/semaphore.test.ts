import { expect, it } from "vitest";
import { Semaphore } from "../../../../services/forwarder/pacing/semaphore.ts";

it("runs so many at a time, in order, and goes on after a failure", async () => {
  const semaphore = new Semaphore(2);
  let running = 0;
  let most = 0;
  const begun: number[] = [];
  const task = (number: number) =>
    semaphore.run(async () => {
      begun.push(number);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (number === 1) throw new Error("failed");
      return number;
    });
  const ends = await Promise.allSettled([0, 1, 2, 3, 4].map(task));
  expect(ends.map((end) => end.status)).toEqual([
    "fulfilled",
    "rejected",
    "fulfilled",
    "fulfilled",
    "fulfilled",
  ]);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  expect(most).toBe(2);
});
