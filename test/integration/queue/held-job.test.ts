import { afterEach, beforeEach, expect, it } from "vitest";
import { systemClock } from "../../../shared/base/clock.ts";
import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import { HeldJob, JobLostError } from "../../../shared/queue/held-job.ts";
import { connectRedis } from "../../../shared/redis/connect.ts";
import { RecordedLog, until } from "../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { redisState } from "../../support/redis-reports.ts";

const LOCK_MS = 10_000;
const payload: EventPayload = {
  id: "a",
  kind: "server-analytics",
  headers: {},
  acceptedAt: 0,
  attempts: 0,
  body: Buffer.from("[]"),
};

let redis: TestRedis;
let connection: ReturnType<typeof connectRedis>;
let monotonic: number;
const clock = { ...systemClock, monotonic: () => monotonic };

beforeEach(async () => {
  monotonic = 1000;
  redis = await startRedis({ settings: { appendfsync: "always" } });
  connection = connectRedis(redis.settings, "consumer", redisState(redis.settings, new RecordedLog()));
  await until("Redis is connected", () => connection.status === "ready");
  await connection.hset("job", "data", "as it was");
  await connection.set("job:lock", "ours");
});

afterEach(async () => {
  connection.disconnect();
  await redis[Symbol.asyncDispose]();
});

const hold = (takenMsAgo = 0) =>
  new HeldJob({ id: "job", key: "job", token: "ours" }, connection, clock, LOCK_MS, takenMsAgo);

it("is rewritten while its lock is ours", async () => {
  await hold().rewrite([payload]);
  expect(JSON.parse((await connection.hget("job", "data")) ?? "")).toMatchObject({ payloads: [{ id: "a" }] });
});

it.each([
  ["another one's", () => connection.set("job:lock", "theirs")],
  ["nobody's", () => connection.del("job:lock")],
])("is not rewritten when its lock is %s", async (_whose, lose) => {
  const job = hold();
  await lose();
  await expect(job.rewrite([payload])).rejects.toThrow(JobLostError);
  expect(await connection.hget("job", "data")).toBe("as it was");
});

it("is ours no longer than a lock lasts after it was asked for, by our own clock", () => {
  const job = hold(4000);
  monotonic += LOCK_MS - 4001;
  job.require();
  monotonic += 1;
  expect(() => job.require()).toThrow(JobLostError);
  job.renewed(monotonic - 1);
  job.require();
});

it("is left alone after the connection broke, also when it is back", async () => {
  const job = hold();
  await redis.kill();
  await until("it noticed", () => connection.status !== "ready");
  expect(() => job.require()).toThrow("connection");
  await redis.start();
  await until("Redis is connected", () => connection.status === "ready");
  expect(() => job.require()).toThrow("connection");
  hold().require();
});
