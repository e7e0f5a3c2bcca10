import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import { EventQueue } from "../../../shared/queue/event-queue.ts";
import { eventsPlace, queueKey } from "../../../shared/queue/queue-place.ts";
import { queueSize } from "../../../shared/queue/queue-size.ts";
import { connectRedis } from "../../../shared/redis/connect.ts";
import { RecordedLog, until } from "../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { redisState } from "../../support/redis-reports.ts";

const log = new RecordedLog();
const payload = (id: string, bytes: number): EventPayload => ({
  id,
  kind: "server-analytics",
  headers: { "content-type": "application/json" },
  acceptedAt: 0,
  attempts: 0,
  body: Buffer.alloc(bytes, "x"),
});

let redis: TestRedis;
let connection: ReturnType<typeof connectRedis>;
const queues: EventQueue[] = [];

beforeEach(async () => {
  redis = await startRedis({ settings: { appendfsync: "always" } });
  connection = connectRedis(redis.settings, "command", redisState(redis.settings, log));
  await until("Redis is connected", () => connection.status === "ready");
});

afterEach(async () => {
  for (const queue of queues.splice(0)) await queue.close();
  connection.disconnect();
  await redis[Symbol.asyncDispose]();
});

const place = (prefix: string) => eventsPlace(prefix, "us").queue;

/** Fills a queue, and says by how much Redis's memory has grown. */
async function fill(prefix: string, jobs: number, bytes: (job: number) => number): Promise<number> {
  const queue = new EventQueue(connection, place(prefix), log);
  queues.push(queue);
  const before = await usedMemory();
  for (let job = 0; job < jobs; job += 1) await queue.add([payload(`${prefix}-${job}`, bytes(job))]);
  return (await usedMemory()) - before;
}

async function usedMemory(): Promise<number> {
  const info = await redis.client((client) => client.info("memory"));
  return Number(/used_memory_dataset:(\d+)/.exec(info)?.[1]);
}

/** A measurement that does not take an earlier one for fresh. */
async function size(prefix: string): Promise<number> {
  await connection.del(queueKey(place(prefix), "bytes"));
  return queueSize(connection, place(prefix));
}

describe("the size of a queue", () => {
  it.each([
    ["short", 50, () => 50_000],
    ["long", 1_000, () => 3_000],
    ["mixed", 1_000, (job: number) => (job % 10 === 0 ? 20_000 : 500)],
  ])("is, of a %s queue, what Redis needs for it", async (_what, jobs, bytes) => {
    const grown = await fill("env", jobs, bytes);
    let sum = 0;
    const times = 10;
    for (let n = 0; n < times; n += 1) sum += await size("env");
    expect(sum / times / grown).toBeGreaterThan(0.7);
    expect(sum / times / grown).toBeLessThan(1.3);
  });

  it("is 0 for an empty queue, whatever others hold", async () => {
    await fill("other", 3, () => 1_000);
    expect(await size("empty")).toBe(0);
  });

  it("counts jobs that wait for their time or are paused", async () => {
    await fill("env", 4, () => 10_000);
    const waiting = await size("env");
    const [wait, delayed, paused] = ["wait", "delayed", "paused"].map((part) => queueKey(place("env"), part));
    await redis.client(async (client) => {
      const id = await client.rpop(wait ?? "");
      await client.zadd(delayed ?? "", 1, id ?? "");
      await client.rename(wait ?? "", paused ?? "");
    });
    const moved = await size("env");
    expect(moved / waiting).toBeGreaterThan(0.95);
    expect(moved / waiting).toBeLessThan(1.05);
  });

  it("is measured once for all who ask within a while", async () => {
    await fill("env", 1, () => 1_000);
    const first = await queueSize(connection, place("env"), 60_000);
    await fill("env", 1, () => 100_000);
    expect(await queueSize(connection, place("env"), 60_000)).toBe(first);
    expect(await size("env")).toBeGreaterThan(50 * first);
  });
});
