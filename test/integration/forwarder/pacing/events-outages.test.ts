import { afterEach, beforeEach, expect, it } from "vitest";
import { createForwarder, type Forwarder } from "../../../../services/forwarder/forwarder.ts";
import { systemClock } from "../../../../shared/base/clock.ts";
import { EnvironmentList } from "../../../../shared/environments/environment-source.ts";
import type { SdkKey } from "../../../../shared/model/credentials.ts";
import { DIRECT } from "../../../support/direct.ts";
import { environment } from "../../../support/environment.ts";
import { eventually } from "../../../support/eventually.ts";
import { analytics, QueueClient } from "../../../support/queue-client.ts";
import { RecordedLog, RecordedMetrics } from "../../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../../support/redis.ts";
import { redisStates } from "../../../support/redis-reports.ts";
import { accept, EventsUpstream, refuse } from "../upstream.ts";

const NAMES = Array.from({ length: 10 }, (_, n) => `env-${n}`);
/** More than the failures in a row after which a destination is no longer tried. */
const JOBS = 8;
const PATIENCE = { timeoutMs: 30_000 };

let redis: TestRedis;
let upstream: EventsUpstream;
let forwarder: Forwarder;
let log: RecordedLog;
const clients: QueueClient[] = [];

beforeEach(async () => {
  redis = await startRedis();
  upstream = await EventsUpstream.start();
  log = new RecordedLog();
  for (const name of NAMES) clients.push(await QueueClient.connect(redis.port, name, `sdk-${name}`));
});

afterEach(async () => {
  await forwarder.stop();
  for (const client of clients.splice(0)) await client[Symbol.asyncDispose]();
  await upstream.stop();
  await redis[Symbol.asyncDispose]();
});

const lines = (event: string) => log.lines.filter((line) => line.includes(`"event":"${event}"`));

it("logs one outage for ten environments, its causes, and its end", async () => {
  upstream.answer = refuse(503);
  for (const [n, client] of clients.entries())
    for (let job = 0; job < JOBS; job += 1) await client.queue.add([analytics(`${n}-${job}`, ["a"])]);
  forwarder = createForwarder({
    environments: new EnvironmentList(
      NAMES.map((name) =>
        environment(name, { prefix: name, credentials: { sdkKey: `sdk-${name}` as SdkKey } }),
      ),
    ),
    redis: redis.settings,
    redisStates: redisStates(log),
    sendEvents: true,
    compress: false,
    eventsUri: upstream.uri,
    outbound: DIRECT,
    samplingInterval: 0,
    batches: { merge: false, flushIntervalMs: 100, maxBytes: 1024 ** 2, capacity: 1000 },
    userAgent: "LDRelay/test",
    retry: { maxAgeMs: 3600_000, maxDelayMs: 1000 },
    parkMaxDelayMs: 900_000,
    stopGraceMs: 200,
    logger: log,
    metrics: new RecordedMetrics(),
    clock: systemClock,
    random: Math.random,
  });
  await eventually("the outage to be logged", () => lines("events.away").length > 0, PATIENCE);
  upstream.answer = (_post, response) => void response.socket?.destroy();
  await eventually("another cause to be logged", () => lines("events.cause").length > 0, PATIENCE);
  upstream.answer = accept;
  await eventually("its end to be logged", () => lines("events.back").length > 0, PATIENCE);
  expect(["events.away", "events.cause", "events.back"].map((event) => lines(event).length)).toEqual([
    1, 1, 1,
  ]);
  const [began = "", cause = "", ended = ""] = ["events.away", "events.cause", "events.back"].flatMap(lines);
  expect(began).toContain("LaunchDarkly's events service is away: status 503.");
  expect(began).toContain('"destinations":["SDK key at /bulk"]');
  expect(cause).toContain("was cut before an answer came");
  for (const line of [cause, ended]) expect(line).toContain('"environmentCount":10');
  expect(log.lines.filter((line) => /^(warn|error) /.test(line))).toHaveLength(2);
}, 60_000);
