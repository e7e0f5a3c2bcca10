import { afterEach, beforeEach, expect, it } from "vitest";
import type { DeadLetter } from "../../../shared/queue/dead-letter.ts";
import { DeadLetters } from "../../../shared/queue/dead-letters.ts";
import { decodeJob } from "../../../shared/queue/event-job.ts";
import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import { EventQueue } from "../../../shared/queue/event-queue.ts";
import { eventsPlace, queueKey } from "../../../shared/queue/queue-place.ts";
import { connectRedis } from "../../../shared/redis/connect.ts";
import { RecordedLog, until } from "../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { redisState } from "../../support/redis-reports.ts";

const log = new RecordedLog();
const payload = (id: string): EventPayload => ({
  id,
  kind: "server-analytics",
  headers: { "user-agent": "x" },
  acceptedAt: 5,
  attempts: 7,
  body: Buffer.from(`["${id}"]`),
});

const place = eventsPlace("env", "us");

let redis: TestRedis;
let command: ReturnType<typeof connectRedis>;
let queue: EventQueue;
let letters: DeadLetters;

beforeEach(async () => {
  redis = await startRedis({ settings: { appendfsync: "always" } });
  command = connectRedis(redis.settings, "command", redisState(redis.settings, log));
  queue = new EventQueue(command, place.queue, log);
  letters = new DeadLetters(command, place.deadLetters, log);
  await until("Redis is connected", () => command.status === "ready");
});

afterEach(async () => {
  await queue.close();
  await letters.close();
  command.disconnect();
  await redis[Symbol.asyncDispose]();
});

async function all(): Promise<DeadLetter[]> {
  const found: DeadLetter[] = [];
  for await (const letter of letters.list()) found.push(letter);
  return found;
}

async function queued(): Promise<EventPayload[]> {
  const ids = await command.lrange(queueKey(place.queue, "wait"), 0, -1);
  const data = await Promise.all(ids.map((id) => command.hget(queueKey(place.queue, id), "data")));
  return data.flatMap((job) => decodeJob(JSON.parse(job ?? "")));
}

it("lists what could not be delivered, oldest first and more than a page of it, with all that is known", async () => {
  const ids = Array.from({ length: 60 }, (_, i) => `payload-${i}`);
  for (const id of ids) await letters.add(payload(id), { reason: "status 400", status: 400 });
  const listed = await all();
  expect(listed.map((letter) => letter.payload.id)).toEqual(ids);
  expect(listed[0]).toMatchObject({
    cause: { reason: "status 400", status: 400 },
    payload: payload("payload-0"),
  });
  expect(await letters.count()).toBe(60);
});

it("counts the letters of each reason", async () => {
  await letters.add(payload("a"), { reason: "status 400", status: 400 });
  await letters.add(payload("b"), { reason: "status 400", status: 400 });
  await letters.add(payload("c"), { reason: "too old: ECONNREFUSED" });
  const groups = await letters.byReason();
  expect([...groups].map(([reason, group]) => [reason, group.letters])).toEqual([
    ["status 400", 2],
    ["too old: ECONNREFUSED", 1],
  ]);
  expect(groups.get("status 400")?.bytes).toBeGreaterThan(100);
});

it("puts a letter back as it was, with its age anew, and spares the next one of the same payload", async () => {
  await letters.add(payload("a"), { reason: "status 400" });
  const [first] = await all();
  if (first === undefined) throw new Error("no letter");
  await letters.replay(first, queue, 99);
  expect(await all()).toEqual([]);
  const [again] = await queued();
  expect(again).toEqual({ ...payload("a"), attempts: 0, replays: 1, replayedAt: 99 });
  if (again !== undefined) await letters.add(again, { reason: "status 400" });
  // As one who was killed between the two steps of a replay does when started again.
  await letters.drop(first.id);
  const [second] = await all();
  expect(second?.payload).toEqual(again);
});

it("makes one job of a replay that is begun twice", async () => {
  await letters.add(payload("a"), { reason: "status 400" });
  const [letter] = await all();
  if (letter === undefined) throw new Error("no letter");
  await Promise.all([letters.replay(letter, queue, 1), letters.replay(letter, queue, 2)]);
  expect(await queued()).toHaveLength(1);
});
