import { afterEach, beforeEach, expect, it } from "vitest";
import { systemClock } from "../../../shared/base/clock.ts";
import { destinationStates } from "../../../shared/queue/destination-states.ts";
import { decodeJob } from "../../../shared/queue/event-job.ts";
import type { EventPayload, PayloadKind } from "../../../shared/queue/event-payload.ts";
import { EventQueue } from "../../../shared/queue/event-queue.ts";
import { HeldJob, JobLostError } from "../../../shared/queue/held-job.ts";
import { ParkedPayloads } from "../../../shared/queue/parked-payloads.ts";
import { queueLoad } from "../../../shared/queue/queue-load.ts";
import { eventsPlace, queueKey } from "../../../shared/queue/queue-place.ts";
import { connectRedis } from "../../../shared/redis/connect.ts";
import { RecordedLog, until } from "../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { redisState } from "../../support/redis-reports.ts";

const place = eventsPlace("env", "us").queue;
const log = new RecordedLog();
let redis: TestRedis;
let command: ReturnType<typeof connectRedis>;
let queue: EventQueue;
let parked: ParkedPayloads;
let jobs = 0;

beforeEach(async () => {
  redis = await startRedis({ settings: { appendfsync: "always" } });
  command = connectRedis(redis.settings, "command", redisState(redis.settings, log));
  queue = new EventQueue(command, place, log);
  parked = new ParkedPayloads(command, queue);
  await until("Redis is connected", () => command.status === "ready");
});

afterEach(async () => {
  await queue.close();
  command.disconnect();
  await redis[Symbol.asyncDispose]();
});

const payload = (id: string, acceptedAt = 0, kind: PayloadKind = "mobile-analytics"): EventPayload => ({
  ...{ id, kind, acceptedAt, attempts: 1, headers: { "x-launchdarkly-payload-id": id } },
  body: Buffer.from(`["${id}"]`),
});
const idsOf = (payloads: readonly EventPayload[]) => payloads.map(({ id }) => id);

/** A job in hand, as BullMQ leaves it in Redis. */
async function hold(): Promise<HeldJob> {
  jobs += 1;
  const job = { id: `job-${jobs}`, key: queueKey(place, `job-${jobs}`), token: "ours" };
  await command.hset(job.key, "data", "{}");
  await command.set(`${job.key}:lock`, job.token);
  return new HeldJob(job, command, systemClock, 10_000, 0);
}

const contentOf = async ({ key }: HeldJob) => decodeJob(JSON.parse((await command.hget(key, "data")) ?? ""));

/** Parks each list as one job does; resolves with the first release. */
async function park(...lists: EventPayload[][]): Promise<string> {
  let release = "";
  for (const last of lists) {
    const begun = await parked.park(await hold(), { last }, []);
    release ||= begun.get("mobile-analytics") ?? "";
  }
  return release;
}

it("leave a job that keeps the rest, and come back as they were, oldest first", async () => {
  const job = await hold();
  const [a, b] = [payload("a", 1000), { ...payload("b", 900), refusals: 2 }];
  const begun = await parked.park(job, { last: [a, b] }, [payload("rest")]);
  expect(idsOf(await contentOf(job))).toEqual(["rest"]);
  expect([...begun.keys()]).toEqual(["mobile-analytics"]);
  const more = await parked.park(await hold(), { first: [payload("0")], last: [payload("c", 1200)] }, []);
  expect(more.size).toBe(0);
  expect(await parked.oldest("mobile-analytics")).toBe(0);
  const states = await destinationStates(command, place);
  expect(states.find(({ kind }) => kind === "mobile-analytics")).toMatchObject({ payloads: 4, oldestAt: 0 });
  const taker = await hold();
  const taken = await parked.take(taker, "mobile-analytics", begun.get("mobile-analytics") ?? "");
  expect(taken).toEqual({ payloads: [payload("0"), a, b, payload("c", 1200)], next: undefined });
  expect(await contentOf(taker)).toEqual(taken.payloads);
  expect(await command.exists(queueKey(place, "parked"), queueKey(place, "parked:mobile-analytics"))).toBe(0);
});

it("are taken fifty at a time, each lot by a release of its own and only once", async () => {
  const lists = Array.from({ length: 30 }, (_, i) => [0, 1, 2, 3].map((n) => payload(`${i}-${n}`)));
  const release = await park(...lists);
  const taken: string[] = [];
  for (let next: string | undefined = release; next !== undefined; ) {
    const { payloads, next: following } = await parked.take(await hold(), "mobile-analytics", next);
    expect(payloads.length).toBeLessThanOrEqual(50);
    expect(await parked.take(await hold(), "mobile-analytics", next)).toMatchObject({ payloads: [] });
    taken.push(...idsOf(payloads));
    next = following;
  }
  expect(taken).toEqual(lists.flatMap(idsOf));
});

it("wait by kind", async () => {
  const all = [payload("m"), payload("s", 0, "server-diagnostic")];
  const begun = await parked.park(await hold(), { last: all }, []);
  expect([...begun.keys()].sort()).toEqual(["mobile-analytics", "server-diagnostic"]);
  const release = begun.get("server-diagnostic") ?? "";
  const { payloads } = await parked.take(await hold(), "server-diagnostic", release);
  expect(idsOf(payloads)).toEqual(["s"]);
  expect(await parked.oldest("mobile-analytics")).toBe(0);
});

it("stay where they are when the job is not ours any more", async () => {
  const job = await hold();
  await command.set(job.lockKey, "theirs");
  await expect(parked.park(job, { last: [payload("a")] }, [])).rejects.toThrow(JobLostError);
  expect(await parked.oldest("mobile-analytics")).toBeUndefined();
  const release = await park([payload("b")]);
  await expect(parked.take(job, "mobile-analytics", release)).rejects.toThrow(JobLostError);
  expect(await parked.oldest("mobile-analytics")).toBe(0);
});

it("get their release again when whoever parked them did not live to schedule it, and at once when it is hastened", async () => {
  await park([payload("a")]);
  expect((await queueLoad(command, place)).waiting.jobs).toBe(0);
  await parked.mend();
  await parked.mend();
  expect((await queueLoad(command, place)).waiting.jobs).toBe(1);

  const begun = await parked.park(await hold(), { last: [payload("s", 0, "server-diagnostic")] }, []);
  for (const [kind, release] of begun) await parked.schedule(kind, release, 60_000);
  expect((await queueLoad(command, place)).delayed.jobs).toBe(1);
  await parked.hasten("server-diagnostic");
  const { waiting, delayed } = await queueLoad(command, place);
  expect([waiting.jobs, delayed.jobs]).toEqual([2, 0]);
});
