import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../shared/base/clock.ts";
import { adoptEvents, dropEvents } from "../../../shared/queue/adoption.ts";
import { Batches } from "../../../shared/queue/batches.ts";
import { ClaimedQueue } from "../../../shared/queue/claimed-queue.ts";
import { DeadLetters } from "../../../shared/queue/dead-letters.ts";
import { EventConsumer } from "../../../shared/queue/event-consumer.ts";
import type { JobContent } from "../../../shared/queue/event-job.ts";
import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import { EventQueue } from "../../../shared/queue/event-queue.ts";
import { HeldJob } from "../../../shared/queue/held-job.ts";
import { findLeftEvents, leftEvents } from "../../../shared/queue/left-queues.ts";
import { ParkedPayloads } from "../../../shared/queue/parked-payloads.ts";
import { QueueClaim } from "../../../shared/queue/queue-claim.ts";
import { type EventsPlace, eventsPlace, queueKey } from "../../../shared/queue/queue-place.ts";
import { connectRedis } from "../../../shared/redis/connect.ts";
import { environment } from "../../support/environment.ts";
import { RecordedLog, until } from "../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { redisState } from "../../support/redis-reports.ts";

/** As earlier versions named them. */
const earlier = eventsPlace("ld-relay", "Production");
const ours = eventsPlace("shop", "us");
const log = new RecordedLog();
const payload = (id: string): EventPayload => ({
  ...{ id, kind: "server-analytics", headers: {}, acceptedAt: 0, attempts: 0 },
  body: Buffer.from(`["${id}"]`),
});

let redis: TestRedis;
let command: ReturnType<typeof connectRedis>;
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  redis = await startRedis();
  command = connectRedis(redis.settings, "command", redisState(redis.settings, log));
  await until("Redis is connected", () => command.status === "ready");
});

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  command.disconnect();
  await redis[Symbol.asyncDispose]();
});

function queueAt(place: EventsPlace): EventQueue {
  const queue = new EventQueue(command, place.queue, log);
  closing.push(() => queue.close());
  return queue;
}

function lettersAt(place: EventsPlace): DeadLetters {
  const letters = new DeadLetters(command, place.deadLetters, log);
  closing.push(() => letters.close());
  return letters;
}

/** Hands each job to `work`, and ends it. */
function consume(place: EventsPlace, work: (content: JobContent, job: HeldJob) => Promise<void>): void {
  const consumer = connectRedis(redis.settings, "consumer", redisState(redis.settings, log));
  const done = async (content: JobContent, job: HeldJob) => {
    await work(content, job);
    return { kind: "done" } as const;
  };
  const reports = redisState(redis.settings, log).reports();
  const events = new EventConsumer(consumer, place.queue, done, reports, systemClock, log);
  closing.push(async () => {
    await events.close(1000);
    consumer.disconnect();
  });
}

function idsOf(content: JobContent): string[] {
  if (content.kind === "payloads") return content.payloads.map(({ id }) => id);
  return [content.kind === "flush" ? `flush ${content.generation}` : `release ${content.of}`];
}

describe("adopting events", () => {
  it("moves what is parked, too, before what our own queue has parked", async () => {
    const park = async (place: EventsPlace, id: string) => {
      const job = { id: `job-${id}`, key: queueKey(place.queue, `job-${id}`), token: "ours" };
      await command.hset(job.key, "data", "{}");
      await command.set(`${job.key}:lock`, job.token);
      const held = new HeldJob(job, command, systemClock, 10_000, 0);
      await new ParkedPayloads(command, queueAt(place)).park(held, { last: [payload(id)] }, []);
      await command.del(job.key, `${job.key}:lock`);
    };
    const place = eventsPlace("old", "us");
    await command.set(queueKey(place.queue, "claim"), "{}");
    for (const id of ["a", "b"]) await park(place, id);
    await park(ours, "new");
    expect(await leftEvents(command, "old:events-us")).toMatchObject({ jobs: 2 });
    expect(await adoptEvents(command, place, ours)).toEqual({ jobs: 2, letters: 0, inHand: 0 });
    expect(await leftEvents(command, "old:events-us")).toMatchObject({ jobs: 0, bytes: 0 });
    const parked = new ParkedPayloads(command, queueAt(ours));
    await parked.mend();
    const taken: string[] = [];
    consume(ours, async (content, job) => {
      if (content.kind !== "release") return;
      taken.push(...(await parked.take(job, content.of, job.id)).payloads.map(({ id }) => id));
    });
    await until("they are released", () => taken.length === 3);
    expect(taken).toEqual(["a", "b", "new"]);
  });

  it("delivers what waited, oldest first and before newer ones, also what waited for its time", async () => {
    const from = queueAt(earlier);
    for (const id of ["a", "b", "c"]) await from.add([payload(id)]);
    await command.rename(queueKey(earlier.queue, "wait"), queueKey(earlier.queue, "paused"));
    await from.add([payload("d")]);
    await queueAt(ours).add([payload("new")]);
    expect(await adoptEvents(command, earlier, ours)).toEqual({ jobs: 4, letters: 0, inHand: 0 });
    const seen: string[] = [];
    consume(ours, async (content) => void seen.push(...idsOf(content)));
    await until("all are delivered", () => seen.length === 5);
    expect(seen.at(-1)).toBe("new");
    expect(seen.toSorted()).toEqual(["a", "b", "c", "d", "new"]);
  });

  it("takes many jobs in small steps, and dead letters in their order", async () => {
    const from = queueAt(earlier);
    for (let n = 0; n < 120; n += 1) await from.add([payload(`${n}`)]);
    for (const id of ["x", "y"]) await lettersAt(earlier).add(payload(id), { reason: "status 400" });
    await lettersAt(ours).add(payload("z"), { reason: "status 400" });
    expect(await adoptEvents(command, earlier, ours)).toEqual({ jobs: 120, letters: 2, inHand: 0 });
    const left: string[] = [];
    for await (const { payload: letter } of lettersAt(ours).list()) left.push(letter.id);
    expect(left).toEqual(["x", "y", "z"]);
    expect((await leftEvents(command, "ld-relay:events-Production"))?.jobs).toBe(0);
  });

  it("takes an open batch along, whether its payloads' job or only its flush job is left", async () => {
    const from = queueAt(earlier);
    const batches = new Batches(command, from, 1e6);
    const generations: string[] = [];
    let appended = false;
    await from.add([payload("a")]);
    consume(earlier, async (content, job) => {
      if (content.kind === "flush") return;
      const entries = [{ group: "g", id: "a", acceptedAt: 1, events: "[1]" }];
      generations.push(...(await batches.append(job, entries)));
      for (const generation of generations) await batches.scheduleFlush(job, generation, 60_000);
      appended = true;
    });
    await until("the payload is in a batch", () => appended);
    await until(
      "its job has ended",
      async () => (await command.llen(queueKey(earlier.queue, "active"))) === 0,
    );
    expect(await adoptEvents(command, earlier, ours)).toMatchObject({ jobs: 1 });
    const there = new Batches(command, queueAt(ours), 1e6);
    const flushed: unknown[] = [];
    consume(ours, async (content, job) => {
      if (content.kind === "flush") flushed.push(await there.close(job, content.generation));
    });
    await until("it is flushed", () => flushed.length === 1);
    expect(flushed[0]).toMatchObject({ group: "g", entries: [{ id: "a", events: "[1]" }] });
    // Nothing is appended to it any more, neither here nor there.
    expect(await command.exists(queueKey(earlier.queue, "open-batches"))).toBe(0);
  });

  it("leaves what somebody has in hand, and takes it when its holder has died", async () => {
    const from = queueAt(earlier);
    await from.add([payload("a")]);
    const [id] = await command.lrange(queueKey(earlier.queue, "wait"), 0, 0);
    await command.lmove(queueKey(earlier.queue, "wait"), queueKey(earlier.queue, "active"), "LEFT", "LEFT");
    await command.set(queueKey(earlier.queue, `${id}:lock`), "token");
    expect(await adoptEvents(command, earlier, ours)).toMatchObject({ jobs: 0, inHand: 1 });
    await command.del(queueKey(earlier.queue, `${id}:lock`));
    expect(await adoptEvents(command, earlier, ours)).toMatchObject({ jobs: 1, inHand: 0 });
  });

  it("loses nothing of what comes twice, and may be done again", async () => {
    for (const place of [earlier, ours])
      await queueAt(place).add([payload(place.queue.prefix)], { jobId: "replay-same" });
    for (const place of [earlier, ours])
      await lettersAt(place).add(payload("dead"), { reason: "status 400" });
    await adoptEvents(command, earlier, ours);
    await adoptEvents(command, earlier, ours);
    const seen: string[] = [];
    consume(ours, async (content) => void seen.push(...idsOf(content)));
    await until("both are delivered", () => seen.length === 2);
    expect(seen.toSorted()).toEqual(["ld-relay", "shop"]);
    expect(await lettersAt(ours).count()).toBe(1);
  });
});

describe("looking for events without an owner", () => {
  it("finds those of earlier versions and of other prefixes, and nothing of other programs", async () => {
    await queueAt(earlier).add([payload("a")]);
    await lettersAt(eventsPlace("ld-relay", "Old")).add(payload("b"), { reason: "status 400" });
    await queueAt(eventsPlace("ld-relay", "Old")).isPaused();
    await queueAt(eventsPlace("bull", "mails")).add([payload("c")]);
    const staging = environment("Staging", { prefix: "a:{b} ü" });
    const claim = new QueueClaim(command, staging, async () => undefined, log);
    const queue = new ClaimedQueue(command, claim, systemClock, log);
    closing.push(() => queue.close());
    await queue.add([payload("d")]);
    await command.sadd("unrelated:events-x:claim", "set");
    const found = await findLeftEvents(command, []).catch(String);
    expect(found).toMatchObject([
      {
        queueName: expect.stringMatching(/^a:\{b\} ü:events-[0-9a-f]{16}$/),
        inUse: true,
        claim: { name: "Staging" },
      },
      { queueName: "ld-relay:events-Old", jobs: 0, dead: 1 },
      { queueName: "ld-relay:events-Production", jobs: 1, dead: 0, inUse: false },
    ]);
    expect(await findLeftEvents(command, [earlier, await claim.place()])).toHaveLength(1);
  });

  it("finds nothing where all was dropped", async () => {
    await queueAt(earlier).add([payload("a")]);
    await lettersAt(earlier).add(payload("b"), { reason: "status 400" });
    await dropEvents(command, earlier);
    expect(await command.keys("*")).toEqual([]);
  });
});
