import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createForwarder, type Forwarder } from "../../../../services/forwarder/forwarder.ts";
import { systemClock } from "../../../../shared/base/clock.ts";
import { EnvironmentList } from "../../../../shared/environments/environment-source.ts";
import type { EnvironmentId, MobileKey, SdkKey } from "../../../../shared/model/credentials.ts";
import type { Environment } from "../../../../shared/model/environment.ts";
import type { DeadLetter } from "../../../../shared/queue/dead-letter.ts";
import { type LaunchDarklySimulator, startLaunchDarkly } from "../../../../simulator/simulator.ts";
import { DIRECT } from "../../../support/direct.ts";
import { eventually } from "../../../support/eventually.ts";
import { analytics, QueueClient } from "../../../support/queue-client.ts";
import { RecordedLog, RecordedMetrics } from "../../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../../support/redis.ts";
import { redisStates } from "../../../support/redis-reports.ts";

/** By which keys that have all been replaced are known to be of the same environment. */
const ENV_ID = "env-id" as EnvironmentId;
const environment: Environment = {
  id: "Env",
  name: "Env",
  credentials: { sdkKey: "sdk-first" as SdkKey, mobileKey: "mob-wrong" as MobileKey, envId: ENV_ID },
  prefix: "launchdarkly",
  ttlMs: 0,
  allowedOrigins: [],
  allowedHeaders: [],
  secureMode: false,
};
const rotated: Environment = {
  ...environment,
  credentials: { sdkKey: "sdk-second" as SdkKey, envId: ENV_ID },
};

let redis: TestRedis;
let launchDarkly: LaunchDarklySimulator;
let client: QueueClient;
let environments: EnvironmentList;
let log: RecordedLog;
let metrics: RecordedMetrics;
const running: Forwarder[] = [];

beforeEach(async () => {
  redis = await startRedis();
  launchDarkly = await startLaunchDarkly();
  for (const key of ["sdk-first", "sdk-second"]) launchDarkly.environment(key);
  client = await QueueClient.connect(redis.port, environment.prefix, environment.credentials.sdkKey);
  environments = new EnvironmentList([environment]);
  log = new RecordedLog();
  metrics = new RecordedMetrics();
});

afterEach(async () => {
  for (const forwarder of running.splice(0)) await forwarder.stop();
  await client[Symbol.asyncDispose]();
  await launchDarkly.stop();
  await redis[Symbol.asyncDispose]();
});

function start(
  settings: { maxDelayMs?: number; parkMaxDelayMs?: number; maxAgeMs?: number; sendEvents?: boolean } = {},
): Forwarder {
  const { maxDelayMs = 100, parkMaxDelayMs = 300, maxAgeMs = 3600_000, sendEvents = true } = settings;
  const forwarder = createForwarder({
    environments,
    redis: { kind: "tcp", host: "127.0.0.1", port: redis.port, tls: false, db: 0 },
    redisStates: redisStates(log),
    sendEvents,
    eventsUri: launchDarkly.url,
    outbound: DIRECT,
    samplingInterval: 0,
    compress: true,
    batches: { merge: false, flushIntervalMs: 100, maxBytes: 1024 ** 2, capacity: 1000 },
    userAgent: "LDRelay/test",
    retry: { maxAgeMs, maxDelayMs },
    parkMaxDelayMs,
    stopGraceMs: 1000,
    logger: log,
    metrics,
    clock: systemClock,
    random: Math.random,
  });
  running.push(forwarder);
  return forwarder;
}

async function stop(forwarder: Forwarder): Promise<void> {
  running.splice(running.indexOf(forwarder), 1);
  await forwarder.stop();
}

const value = (series: string) => metrics.values.get(series) ?? 0;
const delivered = () =>
  launchDarkly.events
    .ofKind("custom")
    .map(({ key }) => key)
    .sort();
const fail = (status: number, times?: number, headers: Record<string, string> = {}, body = "") =>
  launchDarkly.faults.add({
    on: "events",
    ...(times !== undefined && { times }),
    reaction: { kind: "answer", status, headers, body },
  });

describe("a payload", () => {
  it.each([
    ["408", { kind: "answer", status: 408 }],
    ["429", { kind: "answer", status: 429, headers: { "Retry-After": "1" } }],
    ["503", { kind: "answer", status: 503 }],
    ["a connection that is cut", { kind: "cut" }],
    ["an answer that is lost", { kind: "lose answer" }],
    ["401", { kind: "answer", status: 401 }],
    ["404", { kind: "answer", status: 404 }],
    ["307", { kind: "answer", status: 307, headers: { Location: "http://127.0.0.1:1/" } }],
    ["413", { kind: "answer", status: 413 }],
  ] as const)("arrives once, and always under its ids, after %s", async (_what, reaction) => {
    const fault = launchDarkly.faults.add({ on: "events", times: 2, reaction });
    await client.queue.add([analytics("one", ["a", "b", "c", "d"])]);
    start();
    await eventually("the queue to be empty", () => client.isEmpty(), { timeoutMs: 20_000 });
    expect(fault.met).toBe(2);
    expect(delivered()).toEqual(["a", "b", "c", "d"]);
    expect(await client.deadLetters.count()).toBe(0);
    const bodies = new Set(launchDarkly.events.attempts.map((post) => `${post.rawBody}`));
    const ids = new Set(
      launchDarkly.events.attempts.map((post) => post.headers["x-launchdarkly-payload-id"]),
    );
    expect(bodies.size).toBe(ids.size);
  });

  it("becomes a dead letter after 400, and when one event alone is too large", async () => {
    fail(400, 1);
    await client.queue.add([analytics("bad", ["a"])]);
    start();
    await eventually("the first to be dead", async () => (await client.deadLetters.count()) === 1);
    fail(413, 1);
    await client.queue.add([analytics("large", ["b"])]);
    await eventually("the second to be dead", async () => (await client.deadLetters.count()) === 2);
    expect([...(await client.deadLetters.byReason()).keys()]).toEqual([
      "status 400",
      "status 413, and nothing to split",
    ]);
    await eventually("the queue to be empty", () => client.isEmpty());
    expect(value("event_payloads_dead_total{Env}")).toBe(2);
  });

  it("counts, as a dead letter, every POST that there was of it, and keeps LaunchDarkly's last answer", async () => {
    const newest = async () => {
      let letter: DeadLetter | undefined;
      for await (const one of client.deadLetters.list()) letter = one;
      return letter;
    };
    fail(400, 1, {}, "bad \u001b[31mevent of sdk-first");
    await client.queue.add([analytics("at once", ["a"])]);
    start();
    await eventually("it to be dead", async () => (await client.deadLetters.count()) === 1);
    expect(await newest()).toMatchObject({
      payload: { attempts: 1 },
      cause: { status: 400, answer: "bad  [31mevent of ***" },
    });
    fail(400, 1, {}, "x".repeat(5000));
    fail(503, 2);
    await client.queue.add([analytics("later", ["b"])]);
    await eventually("it to be dead", async () => (await client.deadLetters.count()) === 2);
    const { payload, cause } = (await newest()) ?? {};
    expect([payload?.attempts, cause?.answer]).toEqual([3, "x".repeat(1024)]);
  });

  it("becomes a dead letter once it is too old", async () => {
    fail(503);
    await client.queue.add([{ ...analytics("old", ["a"]), acceptedAt: Date.now() - 3600_001 }]);
    start();
    await eventually("it to be dead", async () => (await client.deadLetters.count()) === 1);
    expect([...(await client.deadLetters.byReason()).keys()]).toEqual(["too old: status 503"]);
  });
});

describe("a parked queue", () => {
  it("goes on at once when a forwarder starts with other keys", async () => {
    fail(403);
    await client.queue.add([analytics("one", ["a"])]);
    const first = start({ parkMaxDelayMs: 900_000 });
    await eventually("the key to be refused", () => first.report().obstacles.length === 1);
    await stop(first);
    launchDarkly.faults.clear();
    environments.replace([rotated]);
    start({ parkMaxDelayMs: 900_000 });
    await eventually("it to be delivered", () => delivered().length === 1);
    expect(launchDarkly.events.accepted[0]?.headers.authorization).toBe("sdk-second");
    expect(log.lines.join("\n")).not.toMatch(/sdk-(first|second)/);
  });

  it("is tried with one payload of all, before the others follow", async () => {
    const fault = fail(401);
    await client.queue.add([analytics("one", ["a"])]);
    start({ parkMaxDelayMs: 1500 });
    await eventually("the key to be refused", () => fault.met === 1);
    for (let i = 0; i < 20; i += 1) await client.queue.add([analytics(`more-${i}`, [`${i}`])]);
    start({ parkMaxDelayMs: 1500 });
    await eventually("the key to be refused again", () => fault.met === 2);
    await eventually("the key to be refused for a third time", () => fault.met === 3);
    launchDarkly.faults.clear();
    await eventually("all to be delivered", () => delivered().length === 21);
  });

  it("does not keep back for ever what goes out under a key that is taken", async () => {
    const mobile = { ...analytics("mobile", ["m"]), kind: "mobile-analytics" as const };
    await client.queue.add([mobile]);
    start();
    await eventually(
      "the mobile key to be refused",
      () => value("event_payloads_parked_total{Env,mobile key,/mobile}") > 0,
    );
    await client.queue.add([analytics("server", ["s"])]);
    await eventually("the other to be delivered", () => delivered().includes("s"));
  });
});

describe("while LaunchDarkly takes nothing", () => {
  it("costs a try now and then, and everything arrives when it is back", async () => {
    const fault = fail(503);
    const markers = Array.from({ length: 600 }, (_, i) => `marker-${String(i).padStart(3, "0")}`);
    for (let at = 0; at < markers.length; at += 30)
      await client.queue.add(markers.slice(at, at + 30).map((marker) => analytics(marker, [marker])));
    const forwarder = start({ maxDelayMs: 1000 });
    await eventually("it to have noticed", () => forwarder.report().obstacles.length === 1);
    expect(forwarder.report().obstacles[0]).toMatchObject({ state: "unreachable", reason: "status 503" });
    const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    await eventually("the first rush to be over", async () => {
      const seen = fault.met;
      await pass(300);
      return fault.met - seen <= 1;
    });
    const before = fault.met;
    await pass(3000);
    expect(fault.met - before).toBeGreaterThan(0);
    expect(fault.met - before).toBeLessThan(10);
    launchDarkly.faults.clear();
    await eventually("all to be delivered", () => delivered().length === markers.length, {
      timeoutMs: 30_000,
    });
    expect(delivered()).toEqual(markers);
    expect(forwarder.report()).toMatchObject({ obstacles: [], paused: [] });
  });
});

it("warns at start of a Redis that may forget events", async () => {
  await client.redis.config("SET", "maxmemory-policy", "allkeys-lru");
  await client.redis.config("SET", "appendonly", "no");
  const forwarder = start();
  await eventually("it to be known", () => forwarder.report().redisConcerns.length === 2);
  const warnings = log.lines.filter((line) => line.startsWith("warn the Redis for events is not durable"));
  expect(warnings).toEqual([expect.stringContaining("allkeys-lru"), expect.stringContaining("on disk")]);
});

it("minds no Redis that may forget events when there are none", async () => {
  await client.redis.config("SET", "maxmemory-policy", "allkeys-lru");
  await client.queue.add([analytics("from before", ["a"])]);
  const forwarder = start({ sendEvents: false });
  await eventually("what there is to be delivered", () => delivered().length === 1);
  expect(forwarder.report().redisConcerns).toEqual([]);
  expect(log.lines.filter((line) => line.includes("events.not_durable"))).toEqual([]);
});

it("measures what is in the queue, what is dead, and how old payloads are when they arrive", async () => {
  await client.deadLetters.add(analytics("dead", ["d"]), { reason: "status 400" });
  await client.queue.pause();
  await client.queue.add([analytics("one", ["a"])]);
  start();
  const waiting = async () => (await metrics.read()).get("event_queue_jobs{Env,waiting}");
  await eventually("the queue to be measured", async () => (await waiting()) === 1);
  const read = await metrics.read();
  expect(read.get("event_queue_bytes{Env,waiting}")).toBeGreaterThan(200);
  expect(read.get("event_dead_letters{Env}")).toBe(1);
  await client.queue.resume();
  await eventually("it to be delivered", () => value("event_payloads_delivered_total{Env}") === 1);
  expect(value("event_payload_age_seconds_count{Env}")).toBe(1);
  expect(value("event_posts_total{Env,202}")).toBe(1);
});
