import { beforeEach, describe, expect, it } from "vitest";
import { CongestedError, GroupCommit, jobLength } from "../../../../services/edge/intake/group-commit.ts";
import { HoldQuota } from "../../../../services/edge/intake/hold-quota.ts";
import type { EventPayload } from "../../../../shared/queue/event-payload.ts";
import { MovedClock } from "../../../support/moved-clock.ts";

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
  readonly ids: string[] = [];
  readonly patience: number[] = [];
  /** What every add fails with at once. */
  down: Error | undefined;
  readonly #open: PromiseWithResolvers<void>[] = [];

  readonly add = (jobId: string, payloads: readonly EventPayload[], withinMs: number): Promise<void> => {
    this.jobs.push(payloads.map(({ id }) => id));
    this.ids.push(jobId);
    this.patience.push(withinMs);
    if (this.down !== undefined) return Promise.reject(this.down);
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

const NO_LIMITS = { payloads: 1000, bytes: 1024 ** 3 };

let clock: MovedClock;
let queue: HeldQueue;
let quota: HoldQuota;

beforeEach(() => {
  clock = new MovedClock();
  queue = new HeldQueue();
  quota = new HoldQuota(NO_LIMITS);
});

const groupCommit = (holdMs: number) => new GroupCommit({ commit: queue.add, holdMs, quota, clock });
const away = () => new Error("Connection is closed.");
const replied = (message: string) => Object.assign(new Error(message), { name: "ReplyError" });

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
    const commit = groupCommit(0);
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
    const commit = groupCommit(0);
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
    const commit = groupCommit(0);
    const accepted = [commit.add(payload("a", 20_000_000)), commit.add(payload("b", 20_000_000))];
    await expect(commit.add(payload("c", 20_000_000))).rejects.toThrow(CongestedError);
    queue.confirm();
    await expect.poll(() => queue.jobs.length).toBe(2);
    queue.confirm();
    await Promise.all(accepted);
  });
});

describe("while Redis does not take events", () => {
  /** Adds payloads one millisecond after the other, and notes what becomes of them. */
  const adds = async (commit: GroupCommit, ids: readonly string[]) => {
    const ends: Record<string, string> = {};
    for (const id of ids) {
      commit.add(payload(id)).then(
        () => (ends[id] = "stored"),
        (error) => (ends[id] = String(error.message)),
      );
      await clock.pass(1);
    }
    return ends;
  };
  const resting = () => expect.poll(() => clock.sleepers).toBe(1);
  const tries = (count: number) => expect.poll(() => queue.jobs.length).toBe(count);

  it("tries the same job again under the same id, and what came later behind it, in order", async () => {
    const ends = await adds(groupCommit(8000), ["a", "b", "c"]);
    await tries(1);
    queue.fail(away());
    await resting();
    await clock.pass(100);
    await tries(2);
    expect(ends).toEqual({});
    queue.confirm();
    await tries(3);
    queue.confirm();
    await expect.poll(() => ends).toEqual({ a: "stored", b: "stored", c: "stored" });
    expect(queue.jobs).toEqual([["a"], ["a"], ["b", "c"]]);
    expect(queue.ids[1]).toBe(queue.ids[0]);
    expect(queue.ids[2]).not.toBe(queue.ids[0]);
    expect([quota.payloads, quota.bytes]).toEqual([0, 0]);
  });

  it("refuses each when its time is up, with what Redis said last, and never waits for it longer", async () => {
    const commit = groupCommit(8000);
    const early = await adds(commit, ["a"]);
    await tries(1);
    await clock.pass(5000);
    const late = await adds(commit, ["b"]);
    queue.fail(away());
    await resting();
    await clock.pass(100);
    await tries(2);
    expect(queue.patience[1]).toBe(8000 - 5102);
    queue.down = replied("LOADING Redis is loading the dataset in memory");
    queue.fail(away());
    await resting();
    await clock.pass(2700);
    await expect.poll(() => early).toEqual({ a: "LOADING Redis is loading the dataset in memory" });
    expect(late).toEqual({});
    queue.down = undefined;
    await resting();
    await clock.pass(1000);
    queue.confirm();
    await expect.poll(() => late).toEqual({ b: "stored" });
  });

  it("tries at once when it is woken", async () => {
    const commit = groupCommit(8000);
    const ends = await adds(commit, ["a"]);
    queue.fail(away());
    await resting();
    commit.wake();
    await tries(2);
    queue.confirm();
    await expect.poll(() => ends).toEqual({ a: "stored" });
  });

  it("answers everybody within the time that a stop leaves", async () => {
    const commit = groupCommit(8000);
    queue.down = away();
    const ends = await adds(commit, ["a", "b"]);
    await clock.pass(3000);
    expect(ends).toEqual({});
    commit.answerWithin(1000);
    await resting();
    await clock.pass(1000);
    await expect.poll(() => Object.keys(ends)).toEqual(["a", "b"]);

    queue.down = undefined;
    const taken = await adds(commit, ["c"]);
    await expect.poll(() => taken).toMatchObject({ c: expect.anything() });
  });

  it.each([
    "NOPERM this user has no permissions",
    "WRONGPASS invalid username-password pair",
    "ERR whatever",
  ])("refuses all at once after %s, which waiting does not mend", async (message) => {
    const ends = await adds(groupCommit(8000), ["a", "b"]);
    queue.fail(replied(message));
    await expect.poll(() => ends).toEqual({ a: message, b: message });
    expect(queue.jobs).toEqual([["a"]]);
  });

  it("holds no more than all queues together may, and refuses the rest at once", async () => {
    quota = new HoldQuota({ payloads: 3, bytes: 100 });
    const [one, other] = [groupCommit(8000), groupCommit(8000)];
    const held = [one.add(payload("a")), other.add(payload("b", 80))];
    await expect(one.add(payload("c", 20))).rejects.toThrow(CongestedError);
    held.push(one.add(payload("d")));
    await expect(other.add(payload("e", 0))).rejects.toThrow(CongestedError);
    for (let n = 0; n < 3; n += 1) {
      await tries(Math.min(n + 2, 3));
      queue.confirm();
    }
    await Promise.all(held);
    expect([quota.payloads, quota.bytes]).toEqual([0, 0]);
  });
});
