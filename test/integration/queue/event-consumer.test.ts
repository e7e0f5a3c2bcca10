import { afterEach, beforeEach, expect, it } from "vitest";
import { systemClock } from "../../../shared/base/clock.ts";
import { DeadLetters } from "../../../shared/queue/dead-letters.ts";
import { EventConsumer, type JobEnd, type ProcessJob } from "../../../shared/queue/event-consumer.ts";
import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import { EventQueue } from "../../../shared/queue/event-queue.ts";
import type { HeldJob } from "../../../shared/queue/held-job.ts";
import { queueLoad } from "../../../shared/queue/queue-load.ts";
import { eventsPlace, queueKey } from "../../../shared/queue/queue-place.ts";
import { connectRedis } from "../../../shared/redis/connect.ts";
import { RecordedLog, until } from "../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { LastReport, redisState } from "../../support/redis-reports.ts";

const LOCK_MS = 600;
const log = new RecordedLog();
const payload = (id: string): EventPayload => ({
  id,
  kind: "server-analytics",
  headers: {},
  acceptedAt: 0,
  attempts: 0,
  body: Buffer.from(`["${id}"]`),
});

const place = eventsPlace("env", "us");

let redis: TestRedis;
let command: ReturnType<typeof connectRedis>;
let queue: EventQueue;
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  redis = await startRedis({ settings: { appendfsync: "always" } });
  command = connectRedis(redis.settings, "command", redisState(redis.settings, log));
  queue = new EventQueue(command, place.queue, log);
  await until("Redis is connected", () => command.status === "ready");
});

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  await queue.close();
  command.disconnect();
  await redis[Symbol.asyncDispose]();
});

const reports = new LastReport();

/** A consumer on a connection of its own; the result cuts that connection for good, as a killed process does. */
function consume(
  process: (payloads: readonly EventPayload[], job: HeldJob) => Promise<JobEnd>,
): () => Promise<void> {
  const connection = connectRedis(redis.settings, "consumer", redisState(redis.settings, log));
  const work: ProcessJob = async (content, job) =>
    process(content.kind === "payloads" ? content.payloads : [], job);
  const consumer = new EventConsumer(connection, place.queue, work, reports, systemClock, log, LOCK_MS);
  const kill = async () => {
    connection.disconnect();
    await until("the connection has ended", () => connection.status === "end");
    await consumer.close(1000);
  };
  stops.push(kill);
  return kill;
}

const load = () => queueLoad(command, place.queue);
const key = (part: string) => queueKey(place.queue, part);

it("reports what Redis refuses to those who tell of it for all, and logs no line for each job", async () => {
  let tries = 0;
  consume(async () => {
    tries += 1;
    await command.eval("return redis.error_reply('OOM command not allowed')", 0);
    throw new Error("unreachable");
  });
  await queue.add([payload("a")]);
  await until("it was tried", () => tries === 1 && reports.well === false);
  expect(log.lines.filter((line) => /^(warn|error)/.test(line))).toEqual([]);
});

it("gives the job of a killed consumer to another one, however often that happens", async () => {
  await queue.add([payload("a")]);
  for (let kills = 0; kills < 3; kills += 1) {
    let taken = false;
    const kill = consume(() => {
      taken = true;
      return new Promise(() => undefined);
    });
    await until(`consumer ${kills} has the job`, () => taken);
    await kill();
  }
  const ids: string[] = [];
  consume(async (payloads) => {
    ids.push(...payloads.map(({ id }) => id));
    return { kind: "done" };
  });
  await until("the job is done", () => ids.length > 0);
  expect(ids).toEqual(["a"]);
  await until("the queue is empty", async () => {
    const { waiting, delayed, active } = await load();
    return waiting.jobs + delayed.jobs + active.jobs === 0;
  });
  expect(await command.exists(key("failed"))).toBe(0);
});

it("hands out again, later, what a failed process left, and never to the failed set", async () => {
  await queue.add([payload("a"), payload("b")]);
  const seen: string[][] = [];
  consume(async (payloads) => {
    seen.push(payloads.map(({ id }) => id));
    if (seen.length === 1) return { kind: "again", delayMs: 0, payloads: payloads.slice(1) };
    if (seen.length === 2) throw new Error("unforeseen");
    return { kind: "done" };
  });
  await until("the job was handed out three times", () => seen.length === 3);
  expect(seen).toEqual([["a", "b"], ["b"], ["b"]]);
  expect(await command.exists(key("failed"))).toBe(0);
});

it("leaves a job that it cannot read where it is, and says what is wrong", async () => {
  await queue.add([payload("a")]);
  const [id] = await command.lrange(key("wait"), 0, -1);
  await command.hset(key(`${id}`), "data", '{"version":9}');
  let processed = false;
  consume(async () => {
    processed = true;
    return { kind: "done" };
  });
  await until("it waits", async () => (await load()).delayed.jobs === 1);
  expect(log.lines.some((line) => line.includes("version 9"))).toBe(true);
  expect(processed).toBe(false);
});

it("goes on with other jobs while as many as it has places for take long", async () => {
  const hanging = Array.from({ length: 10 }, (_, i) => `hanging-${i}`);
  for (const id of hanging) await queue.add([payload(id)]);
  const begun = new Set<string>();
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  consume(async (payloads) => {
    for (const { id } of payloads) begun.add(id);
    if (payloads.some(({ id }) => id.startsWith("hanging"))) await released;
    return { kind: "done" };
  });
  await until("all places are taken", () => begun.size === 10);
  for (let i = 0; i < 30; i += 1) await queue.add([payload(`quick-${i}`)]);
  await until("the others are done", async () => (await load()).waiting.jobs === 0 && begun.size === 40);
  expect((await load()).active.jobs).toBe(10);
  release();
  await until("all are done", async () => (await load()).active.jobs === 0);
});

it("loses no job to a Redis that is killed while jobs are worked on", async () => {
  const all = Array.from({ length: 30 }, (_, i) => `${i}`);
  for (const id of all) await queue.add([payload(id)]);
  const done = new Set<string>();
  let began = 0;
  consume(async (payloads) => {
    began += 1;
    await new Promise((resolve) => setTimeout(resolve, 30));
    for (const { id } of payloads) done.add(id);
    return { kind: "done" };
  });
  await until("some are in hand", () => began > 5);
  await redis.kill();
  await redis.start();
  await until("Redis is connected", () => command.status === "ready");
  await until("all are done", () => done.size === all.length);
  await until("the queue is empty", async () => {
    const { waiting, delayed, active } = await load();
    return waiting.jobs + delayed.jobs + active.jobs === 0;
  });
  expect(await command.exists(key("failed"))).toBe(0);
});

it("keeps dead letters once each, the newest ones, and no longer than their age", async () => {
  const letters = new DeadLetters(command, place.deadLetters, log, { count: 3, ageMs: 3600_000 });
  for (const id of ["a", "b", "b", "c", "d", "e"]) await letters.add(payload(id), { reason: "status 400" });
  expect(await letters.enforceBounds(Date.now())).toBe(2);
  const kept = async () => command.llen(queueKey(place.deadLetters, "wait"));
  expect(await kept()).toBe(3);
  await letters.close();

  const shortLived = new DeadLetters(command, place.deadLetters, log, { count: 3, ageMs: 0 });
  await until("all are older than now", async () => (await shortLived.enforceBounds(Date.now())) > 0);
  await until("none is left", async () => (await kept()) === 0);
  await shortLived.close();
});
