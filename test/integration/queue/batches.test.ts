import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type BatchEntry, type BatchedJob, Batches } from "../../../shared/queue/batches.ts";
import { decodeJob } from "../../../shared/queue/event-job.ts";
import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import { EventQueue } from "../../../shared/queue/event-queue.ts";
import { JobLostError } from "../../../shared/queue/held-job.ts";
import { queueLoad } from "../../../shared/queue/queue-load.ts";
import { eventsPlace } from "../../../shared/queue/queue-place.ts";
import { connectRedis } from "../../../shared/redis/connect.ts";
import { RecordedLog, until } from "../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { redisState } from "../../support/redis-reports.ts";

const log = new RecordedLog();
const place = eventsPlace("env", "us").queue;

let redis: TestRedis;
let command: ReturnType<typeof connectRedis>;
let queue: EventQueue;
let batches: Batches;

beforeAll(async () => {
  redis = await startRedis({ settings: { appendfsync: "always" } });
  command = connectRedis(redis.settings, "command", redisState(redis.settings, log));
  await until("Redis is connected", () => command.status === "ready");
});

beforeEach(async () => {
  await command.flushall();
  queue = new EventQueue(command, place, log);
  batches = new Batches(command, queue, 100);
});

afterAll(async () => {
  command.disconnect();
  await redis[Symbol.asyncDispose]();
});

/** A job in hand, as BullMQ leaves it in Redis. */
async function hold(id: string): Promise<BatchedJob> {
  const [key, lockKey, token] = [queue.key(id), queue.key(`${id}:lock`), `token of ${id}`];
  await command.hset(key, "data", "{}");
  await command.set(lockKey, token);
  return { key, lockKey, token, require: () => undefined };
}

const lose = ({ lockKey }: BatchedJob) => command.set(lockKey, "token of another one");

function entry(id: string, acceptedAt = 0, group = "a", events = `["${id}"]`): BatchEntry {
  return { group, id, acceptedAt, events };
}

async function idsIn(job: BatchedJob, generation: string): Promise<string[] | undefined> {
  return (await batches.close(job, generation))?.entries.map(({ id }) => id);
}

const merged: EventPayload = {
  id: "merged",
  kind: "server-analytics",
  headers: {},
  acceptedAt: 0,
  attempts: 0,
  body: Buffer.from("[]"),
  batched: true,
};

it("gathers the payloads of many jobs by group, each id once, in the order they came", async () => {
  const [one, two, flush] = [await hold("one"), await hold("two"), await hold("flush")];
  const [a, b] = await batches.append(one, [entry("x", 2), entry("y", 1), entry("z", 0, "b"), entry("x", 3)]);
  expect(await batches.append(two, [entry("w", 0), entry("x", 5)])).toEqual([a]);
  expect(await idsIn(flush, a ?? "")).toEqual(["x", "y", "w"]);
  expect(await batches.close(flush, b ?? "")).toEqual({ group: "b", entries: [entry("z", 0, "b")] });
});

it("appends the payloads of a job once, however often it is asked to, and says again where they are", async () => {
  const job = await hold("one");
  const generations = await batches.append(job, [entry("x")]);
  expect(await batches.append(job, [entry("x"), entry("y")])).toEqual(generations);
  await batches.close(job, generations[0] ?? "");
  expect(await batches.append(job, [entry("x")])).toEqual(generations);
  expect(await command.hlen(queue.key("open-batches"))).toBe(0);
});

it("keeps the order of hundreds of payloads", async () => {
  const ids = Array.from({ length: 300 }, (_, i) => `${(i * 7) % 300}`);
  const large = new Batches(command, queue, 1e6);
  const [generation = ""] = await large.append(
    await hold("one"),
    ids.map((id) => entry(id)),
  );
  expect(await idsIn(await hold("flush"), generation)).toEqual(ids);
});

it("begins a new generation after a batch that was closed", async () => {
  const [one, two] = [await hold("one"), await hold("two")];
  const [first = ""] = await batches.append(one, [entry("x")]);
  expect(await idsIn(one, first)).toEqual(["x"]);
  const [second = ""] = await batches.append(two, [entry("x")]);
  expect(second).not.toBe(first);
  expect([await idsIn(one, first), await idsIn(one, second)]).toEqual([["x"], ["x"]]);
});

it("begins a new generation after a batch that has reached its size, also in the middle of a job", async () => {
  const half = JSON.stringify(["x".repeat(50)]);
  const [one, two] = [await hold("one"), await hold("two")];
  const entries = ["a", "b", "c", "d", "e"].map((id) => entry(id, 0, "a", half));
  const generations = await batches.append(one, entries);
  expect(generations).toHaveLength(3);
  expect(await batches.append(two, [entry("f")])).toEqual([generations[2]]);
  const ids = await Promise.all(generations.map((generation) => idsIn(one, generation)));
  expect(ids).toEqual([
    ["a", "b"],
    ["c", "d"],
    ["e", "f"],
  ]);
});

it("does not count an id twice towards the size", async () => {
  const one = await hold("one");
  const entries = ["a", "a", "a", "b"].map((id) => entry(id, 0, "a", JSON.stringify(["x".repeat(30)])));
  expect(await batches.append(one, entries)).toHaveLength(1);
});

it("puts what a batch became into the job in the batch's place, and leaves nothing else behind", async () => {
  const job = await hold("flush");
  const [generation = ""] = await batches.append(job, [entry("x")]);
  await batches.close(job, generation);
  await batches.settle(job, generation, [merged]);
  expect(decodeJob(JSON.parse((await command.hget(job.key, "data")) ?? ""))).toEqual([merged]);
  expect(await batches.close(job, generation)).toBeUndefined();
  await expect(batches.settle(job, generation, [])).rejects.toThrow(JobLostError);
  expect(await command.keys("*batch*")).toEqual([]);
});

it("does nothing for a job whose lock is lost, or that is gone", async () => {
  const [owner, flush, lost, gone] = [
    await hold("owner"),
    await hold("flush"),
    await hold("lost"),
    await hold("gone"),
  ];
  const [generation = ""] = await batches.append(owner, [entry("x")]);
  await lose(lost);
  await command.del(queue.key("gone"));
  for (const job of [lost, gone]) {
    await expect(batches.append(job, [entry("y")])).rejects.toThrow(JobLostError);
    await expect(batches.close(job, generation)).rejects.toThrow(JobLostError);
    await expect(batches.settle(job, generation, [])).rejects.toThrow(JobLostError);
  }
  expect(await command.exists(queue.key("gone"))).toBe(0);
  expect(await idsIn(flush, generation)).toEqual(["x"]);
});

it("does nothing for a job that was taken before the connection broke", async () => {
  const job = await hold("one");
  const broken: BatchedJob = {
    ...job,
    require: () => {
      throw new JobLostError("the connection broke");
    },
  };
  await expect(batches.append(broken, [entry("x")])).rejects.toThrow(JobLostError);
  await expect(batches.scheduleFlush(broken, "batch-1", 0)).rejects.toThrow(JobLostError);
  expect(await command.exists(queue.key("open-batches"), queue.key("batch-1"))).toBe(0);
});

it("makes one flush job of a generation, however often it is asked to", async () => {
  const job = await hold("one");
  for (let times = 0; times < 3; times += 1) await batches.scheduleFlush(job, "batch-1", 60_000);
  await batches.scheduleFlush(job, "batch-2", 60_000);
  expect((await queueLoad(command, place)).delayed.jobs).toBe(2);
});
