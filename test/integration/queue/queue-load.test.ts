import { afterEach, beforeEach, expect, it } from "vitest";
import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import { EventQueue } from "../../../shared/queue/event-queue.ts";
import { queueLoad } from "../../../shared/queue/queue-load.ts";
import { eventsPlace } from "../../../shared/queue/queue-place.ts";
import { connectRedis } from "../../../shared/redis/connect.ts";
import { RecordedLog, until } from "../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { redisState } from "../../support/redis-reports.ts";

const log = new RecordedLog();
const payload = (body: string): EventPayload => ({
  id: "a",
  kind: "server-analytics",
  headers: {},
  acceptedAt: 0,
  attempts: 0,
  body: Buffer.from(body),
});

const place = eventsPlace("env", "us").queue;

let redis: TestRedis;
let command: ReturnType<typeof connectRedis>;

beforeEach(async () => {
  redis = await startRedis({ settings: { appendfsync: "always" } });
  command = connectRedis(redis.settings, "command", redisState(redis.settings, log));
  await until("Redis is connected", () => command.status === "ready");
});

afterEach(async () => {
  command.disconnect();
  await redis[Symbol.asyncDispose]();
});

it("estimates what jobs take in Redis, and says exactly since when the oldest waits", async () => {
  const queue = new EventQueue(command, place, log);
  expect(await queueLoad(command, place)).toEqual({
    waiting: { jobs: 0, bytes: 0, oldestAt: undefined },
    active: { jobs: 0, bytes: 0, oldestAt: undefined },
    delayed: { jobs: 0, bytes: 0, oldestAt: undefined },
  });
  const before = Date.now();
  await queue.add([payload("[]")]);
  const after = Date.now();
  const used = async () => Number(/used_memory:(\d+)/.exec(await command.info("memory"))?.[1]);
  const idle = await used();
  await Promise.all(Array.from({ length: 400 }, () => queue.add([payload(`["${"x".repeat(3000)}"]`)])));
  const cost = (await used()) - idle;
  const { waiting } = await queueLoad(command, place);
  expect(waiting.jobs).toBe(401);
  expect(waiting.bytes).toBeGreaterThan(0.7 * cost);
  expect(waiting.bytes).toBeLessThan(1.3 * cost);
  expect(waiting.oldestAt).toBeGreaterThanOrEqual(before);
  expect(waiting.oldestAt).toBeLessThanOrEqual(after);
  await queue.close();
});
