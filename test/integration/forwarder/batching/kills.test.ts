import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { PostResult } from "../../../../services/forwarder/delivery/delivery-outcome.ts";
import type { SdkKey } from "../../../../shared/model/credentials.ts";
import type { Environment } from "../../../../shared/model/environment.ts";
import type { EventPayload } from "../../../../shared/queue/event-payload.ts";
import { EventQueue } from "../../../../shared/queue/event-queue.ts";
import { ParkedPayloads } from "../../../../shared/queue/parked-payloads.ts";
import { queueLoad } from "../../../../shared/queue/queue-load.ts";
import { eventsPlace, queueKey } from "../../../../shared/queue/queue-place.ts";
import { connectRedis } from "../../../../shared/redis/connect.ts";
import { SeededRandom } from "../../../support/bus-world/seeded-random.ts";
import { RecordedLog, until } from "../../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../../support/redis.ts";
import { redisState } from "../../../support/redis-reports.ts";
import { CountingUpstream } from "./counting-upstream.ts";
import { type Fate, type Moment, MortalForwarder, type MortalSettings, STEPS } from "./mortal-forwarder.ts";

let redis: TestRedis;
let command: ReturnType<typeof connectRedis>;
const log = new RecordedLog();

beforeAll(async () => {
  redis = await startRedis({ settings: { appendfsync: "always" } });
  command = connectRedis(redis.settings, "command", redisState(redis.settings, log));
  await until("Redis is connected", () => command.status === "ready");
});

afterAll(async () => {
  command.disconnect();
  await redis[Symbol.asyncDispose]();
});

const CONTEXT = { kind: "user", key: "amy" };

/** What PHP's SDK sends: evaluations one by one, and a custom event that marks the payload. */
function phpPayload(marker: string, flags: readonly string[]): EventPayload {
  const evaluations = flags.map((key) => ({
    ...{ kind: "feature", creationDate: 1000, key, version: 1, variation: 0, value: true, default: false },
    ...{ context: CONTEXT, trackEvents: false },
  }));
  return payloadOf([...evaluations, custom(marker)], { "x-launchdarkly-unsummarized": "true" });
}

/** What other SDKs send, which needs no summarising. */
const otherPayload = (marker: string): EventPayload => payloadOf([custom(marker)], {});

const custom = (key: string) => ({ kind: "custom", creationDate: 1000, key, context: CONTEXT });

function payloadOf(events: readonly object[], headers: Record<string, string>): EventPayload {
  const id = randomUUID();
  return {
    ...{ id, kind: "server-analytics", acceptedAt: Date.now(), attempts: 0 },
    headers: { "x-launchdarkly-event-schema": "4", "x-launchdarkly-payload-id": id, ...headers },
    body: Buffer.from(JSON.stringify(events)),
  };
}

/** Two forwarders, each followed by another when it dies, until all events of `jobs` were delivered. */
async function run(
  name: string,
  jobs: readonly (readonly EventPayload[])[],
  fate: (moment: Moment) => Fate,
  { refusals = 0, ...settings }: Partial<MortalSettings> & { readonly refusals?: number } = {},
): Promise<CountingUpstream> {
  const environment: Environment = {
    ...{ id: name, name, credentials: { sdkKey: "sdk" as SdkKey }, prefix: name },
    ...{ ttlMs: 0, allowedOrigins: [], allowedHeaders: [], secureMode: false },
  };
  const upstream = new CountingUpstream(refusals);
  const post = (payload: EventPayload): PostResult => upstream.take(payload);
  const start = () =>
    new MortalForwarder(redis.settings, environment, {
      ...{ merge: false, maxBatchBytes: 1024 ** 2, post, fate },
      ...settings,
    });
  const queue = new EventQueue(command, eventsPlace(name, "us").queue, log);
  const parked = new ParkedPayloads(command, queue);
  const forwarders = [start(), start()];
  for (const job of jobs) await queue.add(job);
  await until(`all of "${name}" is done`, async () => {
    for (const [index, forwarder] of forwarders.entries()) if (!forwarder.alive) forwarders[index] = start();
    // As forwarders do now and then.
    await parked.mend();
    const { waiting, delayed, active } = await queueLoad(command, eventsPlace(name, "us").queue);
    return (
      waiting.jobs + delayed.jobs + active.jobs === 0 &&
      (await command.exists(queueKey(eventsPlace(name, "us").queue, "parked"))) === 0 &&
      forwarders.every(({ alive, idle }) => alive && idle)
    );
  });
  await Promise.all(forwarders.map((forwarder) => forwarder.kill()));
  await queue.close();
  expect(upstream.problems).toEqual([]);
  expect(await leftovers(name)).toEqual([]);
  return upstream;
}

/** Keys of jobs, marks and batches that should be gone with them. */
async function leftovers(name: string): Promise<string[]> {
  const prefix = queueKey(eventsPlace(name, "us").queue, "");
  const BULLMQ = ["meta", "id", "events", "stalled-check", "marker", "limiter", "stalled"];
  const keys = (await command.keys(`${prefix}*`)).map((key) => key.slice(prefix.length));
  // A parking that a stopped forwarder began late ends by itself.
  return keys.filter((key) => !BULLMQ.includes(key) && !key.startsWith("parking:"));
}

/** The counts that one delivery of every payload makes. */
function countsOf(payloads: readonly EventPayload[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { body } of payloads)
    for (const { kind, key } of JSON.parse(body.toString()) as { kind: string; key: string }[]) {
      const what = kind === "custom" ? `custom ${key}` : key;
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
  return Object.fromEntries([...counts].sort());
}

/** The fate at the first time that the moment comes. */
class FateOnce {
  met = false;
  readonly #moment: Moment;
  readonly #fate: Fate;

  constructor(moment: Moment, fate: Fate) {
    this.#moment = moment;
    this.#fate = fate;
  }

  readonly at = (now: Moment): Fate => {
    if (this.met || now !== this.#moment) return "live";
    this.met = true;
    return this.#fate;
  };
}

it.each(["die", "stall"] as const)(
  "counts every evaluation once, wherever a forwarder may %s between two steps",
  async (fate) => {
    const moments = STEPS.flatMap((step): Moment[] => [`before ${step}`, `after ${step}`]);
    await Promise.all(
      moments.map(async (moment) => {
        const payloads = [phpPayload("a", ["f", "g"]), phpPayload("b", ["f"])];
        const name = `${fate} ${moment}`;
        const once = new FateOnce(moment, fate);
        // The first answers refuse the key, so that all payloads are parked and taken again.
        const upstream = await run(name, [payloads], once.at, { refusals: 2 });
        expect([name, once.met, upstream.counts()]).toEqual([name, true, countsOf(payloads)]);
      }),
    );
  },
);

it("is not troubled by a flush job that comes once more, when its batch is gone", async () => {
  const queue = new EventQueue(command, eventsPlace("late", "us").queue, log);
  await queue.addFlush("batch-gone", 0);
  await queue.close();
  const payloads = [phpPayload("a", ["f"])];
  const upstream = await run("late", [payloads], () => "live");
  expect(upstream.counts()).toEqual(countsOf(payloads));
});

it.each([1, 2, 3, 4, 5, 6])(
  "counts every evaluation once, whoever dies or is stopped and when (seed %i)",
  async (seed) => {
    const random = new SeededRandom(seed);
    const maxBatchBytes = random.pick([1, 1000, 1024 ** 2]);
    const flags = () => Array.from({ length: random.between(0, 4) }, () => `flag-${random.between(0, 3)}`);
    const payloads = Array.from({ length: 20 }, (_, i) =>
      random.chance(0.3) ? otherPayload(`${i}`) : phpPayload(`${i}`, flags()),
    );
    const jobs: EventPayload[][] = [];
    for (const payload of payloads) {
      if (jobs.length === 0 || random.chance(0.4)) jobs.push([]);
      jobs.at(-1)?.push(payload);
      // An SDK tried twice, and both came into one job; a batch that is full forgets what it has seen.
      if (maxBatchBytes > 1e5 && random.chance(0.3)) jobs.at(-1)?.push(payload);
    }
    const settings = { maxBatchBytes, merge: random.chance(0.5), refusals: random.between(0, 8) };
    const upstream = await run(`seed ${seed}`, jobs, randomFate(random), settings);
    expect(upstream.counts()).toEqual(countsOf(payloads));
  },
);

/** Kills and stalls, few enough to come to an end. */
function randomFate(random: SeededRandom): () => Fate {
  let left = 12;
  return () => {
    if (left === 0 || !random.chance(0.12)) return "live";
    left -= 1;
    return random.chance(0.6) ? "die" : "stall";
  };
}
