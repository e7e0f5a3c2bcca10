import { describe, expect, it } from "vitest";
import { CongestedError, GroupCommit, jobLength } from "../../../services/edge/intake/group-commit.ts";
import type { EventPayload } from "../../../shared/queue/event-job.ts";

const payload = (id: string, bytes = 10): EventPayload => ({
  id,
  kind: "server-analytics",
  headers: {},
  acceptedAt: 0,
  attempts: 0,
  body: Buffer.alloc(bytes),
});

/** A queue whose confirmations the test gives by hand. */
class HeldQueue {
  readonly jobs: string[][] = [];
  readonly #open: PromiseWithResolvers<void>[] = [];

  readonly add = (payloads: readonly EventPayload[]): Promise<void> => {
    this.jobs.push(payloads.map(({ id }) => id));
    const held = Promise.withResolvers<void>();
    this.#open.push(held);
    return held.promise;
  };

  confirm(): void {
    this.#open.shift()?.resolve();
  }

  fail(error: Error): void {
    this.#open.shift()?.reject(error);
  }
}

describe("the length of a job", () => {
  const limits = { payloads: 3, bytes: 100 };
  it.each([
    ["nothing waits", [], 0],
    ["little waits", [10, 10], 2],
    ["many wait", [1, 1, 1, 1], 3],
    ["the bytes are just enough", [50, 50, 1], 2],
    ["the next would be too much", [60, 50], 1],
    ["the first alone is too large", [500, 1], 1],
  ])("when %s", (_when, sizes, length) => {
    expect(jobLength(sizes, limits)).toBe(length);
  });
});

describe("group commit", () => {
  it("makes one job of what arrived while the previous one was being added", async () => {
    const queue = new HeldQueue();
    const commit = new GroupCommit(queue.add);
    const settled: string[] = [];
    const add = (id: string) => commit.add(payload(id)).then(() => settled.push(id));
    const first = add("a");
    const others = [add("b"), add("c")];
    expect(queue.jobs).toEqual([["a"]]);
    queue.confirm();
    await first;
    expect(settled).toEqual(["a"]);
    await expect.poll(() => queue.jobs).toEqual([["a"], ["b", "c"]]);
    expect(settled).toEqual(["a"]);
    queue.confirm();
    await Promise.all(others);
    const last = add("d");
    await expect.poll(() => queue.jobs[2]).toEqual(["d"]);
    queue.confirm();
    await last;
  });

  it("fails those who wait together with the job they waited for", async () => {
    const queue = new HeldQueue();
    const commit = new GroupCommit(queue.add);
    const ends = Promise.allSettled([commit.add(payload("a")), commit.add(payload("b"))]);
    queue.fail(new Error("Redis is away"));
    expect((await ends).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(queue.jobs).toEqual([["a"]]);

    const later = commit.add(payload("c"));
    queue.confirm();
    await later;
    expect(queue.jobs).toEqual([["a"], ["c"]]);
  });

  it("refuses what would make too much wait", async () => {
    const queue = new HeldQueue();
    const commit = new GroupCommit(queue.add);
    const accepted = [commit.add(payload("a", 20_000_000)), commit.add(payload("b", 20_000_000))];
    await expect(commit.add(payload("c", 20_000_000))).rejects.toThrow(CongestedError);
    queue.confirm();
    await expect.poll(() => queue.jobs.length).toBe(2);
    queue.confirm();
    await Promise.all(accepted);
  });
});
