import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EventPayload } from "../../../shared/queue/event-job.ts";
import { EventQueue } from "../../../shared/queue/event-queue.ts";
import { QueueSizes } from "../../../shared/queue/queue-sizes.ts";
import { connectRedis } from "../../../shared/redis/connect.ts";
import { RecordedLog, until } from "../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";

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
  connection = connectRedis(redis.settings, "command", log);
  await until("Redis is connected", () => connection.status === "ready");
});

afterEach(async () => {
  for (const queue of queues.splice(0)) await queue.close();
  connection.disconnect();
  await redis[Symbol.asyncDispose]();
});

/** Fills a queue, and says by how much Redis's memory has grown. */
async function fill(environmentId: string, jobs: number, bytes: (job: number) => number): Promise<number> {
  const queue = new EventQueue(connection, environmentId, log);
  queues.push(queue);
  const before = await usedMemory();
  for (let job = 0; job < jobs; job += 1) await queue.add([payload(`${environmentId}-${job}`, bytes(job))]);
  return (await usedMemory()) - before;
}

async function usedMemory(): Promise<number> {
  const info = await redis.client((client) => client.info("memory"));
  return Number(/used_memory_dataset:(\d+)/.exec(info)?.[1]);
}

/** A measurement that does not take an earlier one for fresh. */
async function sizes(...environmentIds: string[]): Promise<ReadonlyMap<string, number>> {
  const fresh = new QueueSizes(connection, 1);
  await new Promise((resolve) => setTimeout(resolve, 5));
  return fresh.read(environmentIds);
}

describe("the sizes of the queues", () => {
  it.each([
    ["short", 50, () => 50_000],
    ["long", 1_000, () => 3_000],
    ["mixed", 1_000, (job: number) => (job % 10 === 0 ? 20_000 : 500)],
  ])("are, of a %s queue, what Redis needs for it", async (_what, jobs, bytes) => {
    const grown = await fill("env", jobs, bytes);
    let sum = 0;
    const times = 10;
    for (let n = 0; n < times; n += 1) sum += (await sizes("env")).get("env") ?? 0;
    expect(sum / times / grown).toBeGreaterThan(0.7);
    expect(sum / times / grown).toBeLessThan(1.3);
  });

  it("are not there for queues that are empty, and stay for those that nobody asks for any more", async () => {
    await fill("gone", 3, () => 1_000);
    await sizes("gone", "empty");
    const known = await sizes("empty");
    expect([...known.keys()]).toEqual(["gone"]);
    await redis.client((client) => client.del("ld-relay:events-gone:wait"));
    expect([...(await sizes()).keys()]).toEqual([]);
  });

  it("count jobs that wait for their time or are paused", async () => {
    await fill("env", 4, () => 10_000);
    const waiting = (await sizes("env")).get("env") ?? 0;
    await redis.client(async (client) => {
      const id = await client.rpop("ld-relay:events-env:wait");
      await client.zadd("ld-relay:events-env:delayed", 1, id ?? "");
      await client.rename("ld-relay:events-env:wait", "ld-relay:events-env:paused");
    });
    const moved = (await sizes("env")).get("env") ?? 0;
    expect(moved / waiting).toBeGreaterThan(0.95);
    expect(moved / waiting).toBeLessThan(1.05);
  });

  it("are measured once for all who ask within a while", async () => {
    const one = new QueueSizes(connection, 60_000);
    const other = new QueueSizes(connection, 60_000);
    await fill("env", 1, () => 1_000);
    const first = await one.read(["env"]);
    await fill("env", 1, () => 100_000);
    expect(await other.read(["env"])).toEqual(first);
  });
});
