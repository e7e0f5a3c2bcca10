import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createForwarder, type Forwarder } from "../../../../services/forwarder/forwarder.ts";
import { systemClock } from "../../../../shared/base/clock.ts";
import { EnvironmentList } from "../../../../shared/environments/environment-source.ts";
import type { EnvironmentId, MobileKey, SdkKey } from "../../../../shared/model/credentials.ts";
import type { Environment } from "../../../../shared/model/environment.ts";
import type { EventPayload, PayloadKind } from "../../../../shared/queue/event-payload.ts";
import { DIRECT } from "../../../support/direct.ts";
import { environment as testEnvironment } from "../../../support/environment.ts";
import { eventually } from "../../../support/eventually.ts";
import { QueueClient } from "../../../support/queue-client.ts";
import { RecordedLog, RecordedMetrics } from "../../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../../support/redis.ts";
import { redisStates } from "../../../support/redis-reports.ts";
import { accept, EventsUpstream, type ReceivedPost, refuse } from "../upstream.ts";

const PREFIX = "launchdarkly";
const environment: Environment = testEnvironment("Env", {
  prefix: PREFIX,
  credentials: {
    sdkKey: "sdk-secret" as SdkKey,
    mobileKey: "mob-secret" as MobileKey,
    envId: "env-id" as EnvironmentId,
  },
});

let redis: TestRedis;
let upstream: EventsUpstream;
let client: QueueClient;
let environments: EnvironmentList;
let log: RecordedLog;
let metrics: RecordedMetrics;
const running: Forwarder[] = [];

beforeEach(async () => {
  redis = await startRedis();
  upstream = await EventsUpstream.start();
  client = await QueueClient.connect(redis.port, PREFIX, "sdk-secret");
  environments = new EnvironmentList([environment]);
  log = new RecordedLog();
  metrics = new RecordedMetrics();
});

afterEach(async () => {
  for (const forwarder of running.splice(0)) await forwarder.stop();
  await client[Symbol.asyncDispose]();
  await upstream.stop();
  await redis[Symbol.asyncDispose]();
});

function start(settings: { parkMaxDelayMs?: number; maxAgeMs?: number; merge?: boolean } = {}): Forwarder {
  const { parkMaxDelayMs = 900_000, maxAgeMs = 3600_000, merge = false } = settings;
  const forwarder = createForwarder({
    environments,
    redis: redis.settings,
    redisStates: redisStates(log),
    sendEvents: true,
    compress: false,
    eventsUri: upstream.uri,
    outbound: DIRECT,
    samplingInterval: 0,
    batches: { merge, flushIntervalMs: 100, maxBytes: 1024 ** 2, capacity: 1000 },
    userAgent: "LDRelay/test",
    retry: { maxAgeMs, maxDelayMs: 1000 },
    parkMaxDelayMs,
    stopGraceMs: 200,
    logger: log,
    metrics,
    clock: systemClock,
    random: Math.random,
  });
  running.push(forwarder);
  return forwarder;
}

function payload(kind: PayloadKind, acceptedAt = Date.now()): EventPayload {
  const id = randomUUID();
  return {
    ...{ id, kind, acceptedAt, attempts: 0, body: Buffer.from(`["${id}"]`) },
    headers: { "x-launchdarkly-payload-id": id, "x-launchdarkly-event-schema": "4" },
  };
}

type Answer = (post: ReceivedPost, response: ServerResponse) => void;
const silence: Answer = () => undefined;

/** Answers so on one path, and takes everything on the others. */
function only(path: string, answer: Answer): void {
  upstream.answer = (post, response) => (post.path === path ? answer : accept)(post, response);
}

const idOf = ({ headers }: ReceivedPost) => String(headers["x-launchdarkly-payload-id"]);
const posts = (path: string) => upstream.received.filter((post) => post.path === path);
const arrived = (payloads: readonly EventPayload[]) =>
  payloads.every(({ id }) => upstream.received.some((post) => idOf(post) === id));

/** Adds pairs of a server's payload and another one, each pair as one job. */
async function addPairs(
  kind: PayloadKind,
  count: number,
): Promise<{ server: EventPayload[]; other: EventPayload[] }> {
  const server = Array.from({ length: count }, () => payload("server-analytics"));
  const other = Array.from({ length: count }, () => payload(kind));
  for (const [i, one] of server.entries()) await client.queue.add([other[i] ?? one, one]);
  return { server, other };
}

describe("what LaunchDarkly refuses at one path", () => {
  it.each([
    ["mobile-analytics", "/mobile", 401, "mobile key"],
    ["server-diagnostic", "/diagnostic", 403, "SDK key"],
    ["browser-analytics", "/events/bulk/env-id", 404, "environment ID"],
    ["mobile-diagnostic", "/mobile/events/diagnostic", 407, "mobile key"],
    ["browser-diagnostic", "/events/diagnostic/env-id", 307, "environment ID"],
    ["mobile-analytics", "/mobile", 402, "mobile key"],
  ] as const)("keeps only its own payloads waiting: %s", async (kind, path, status, credential) => {
    only(path, refuse(status));
    const forwarder = start();
    const first = await addPairs(kind, 5);
    await eventually("the server's to arrive", () => arrived(first.server));
    await eventually("the path to be parked", () => forwarder.report().obstacles.length === 1);
    const triedBefore = posts(path).length;
    const second = await addPairs(kind, 40);
    await eventually("the server's to arrive", () => arrived(second.server), { timeoutMs: 5000 });
    expect(posts(path).length - triedBefore).toBeLessThanOrEqual(2);
    await eventually("the others to be parked", async () => (await client.parked()).length === 45);
    await eventually("no job to be left in hand", async () => {
      const { waiting, active } = await client.load();
      return waiting.jobs + active.jobs === 0;
    });
    const template = path.replace("env-id", "{envId}");
    expect(forwarder.report().obstacles).toEqual([
      expect.objectContaining({ environment: "Env", credential, path: template, reason: `status ${status}` }),
    ]);
    const values = await metrics.read();
    expect(values.get(`event_destination_blocked{Env,${credential},${template},refused}`)).toBe(1);
    expect(values.get(`event_parked_payloads{Env,${credential},${template}}`)).toBe(45);
    expect(log.lines.filter((line) => line.includes("events.parking.began"))).toHaveLength(1);
    expect(log.lines.join("\n")).not.toContain("secret");
  });

  it("is delivered once it is taken again, and the log says so", async () => {
    only("/mobile", refuse(401));
    start({ parkMaxDelayMs: 1000 });
    const { server, other } = await addPairs("mobile-analytics", 120);
    await eventually("the server's to arrive", () => arrived(server));
    await eventually("all others to be parked", async () => (await client.parked()).length > 100);
    upstream.answer = accept;
    upstream.received.length = 0;
    await eventually("the others to arrive", () => arrived(other), { timeoutMs: 20_000 });
    await eventually("nothing to be left", () => client.isEmpty());
    expect(log.lines.some((line) => line.includes('"event":"events.parking.ended"'))).toBe(true);
  });

  it("goes on at once with a new key of its kind, while another kind stays parked", async () => {
    upstream.answer = (post, response) => {
      const bad = post.path === "/diagnostic" || post.headers.authorization === "mob-secret";
      return (bad ? refuse(401) : accept)(post, response);
    };
    const forwarder = start();
    const mobile = payload("mobile-analytics");
    await client.queue.add([mobile, payload("server-diagnostic")]);
    await eventually(
      "both to be parked",
      async () => forwarder.report().obstacles.length === 2 && (await client.parked()).length === 2,
    );
    const triedBefore = posts("/diagnostic").length;
    const rotated = { ...environment.credentials, mobileKey: "mob-rotated" as MobileKey };
    environments.replace([{ ...environment, credentials: rotated }]);
    await eventually("the mobile one to be taken", async () => (await client.parked()).length === 1, {
      timeoutMs: 5000,
    });
    expect(posts("/mobile").at(-1)?.headers.authorization).toBe("mob-rotated");
    expect(posts("/diagnostic").length).toBe(triedBefore);
    expect(forwarder.report().obstacles).toMatchObject([{ path: "/diagnostic" }]);
  });

  it("is one payload's affair when others are taken at the same path", async () => {
    const bad = payload("server-analytics");
    upstream.answer = (post, response) => (idOf(post) === bad.id ? refuse(403) : accept)(post, response);
    start();
    const before = [payload("server-analytics"), payload("server-analytics")];
    await client.queue.add(before);
    await eventually("those before to arrive", () => arrived(before));
    await client.queue.add([bad]);
    await eventually("it to be refused", () => arrived([bad]));
    const after = Array.from({ length: 10 }, () => payload("server-analytics"));
    for (const one of after) await client.queue.add([one]);
    await eventually("those after it to arrive", () => arrived(after), { timeoutMs: 10_000 });
    await eventually("it to wait alone", async () => (await client.payloads()).length === 1);
    expect(await client.parked()).toEqual([]);
  });

  it("waits also without a credential, and goes out when there is one", async () => {
    const { sdkKey } = environment.credentials;
    environments.replace([{ ...environment, credentials: { sdkKey } }]);
    const forwarder = start();
    const { server, other } = await addPairs("mobile-analytics", 10);
    await eventually("the server's to arrive", () => arrived(server));
    await eventually("the others to be parked", async () => (await client.parked()).length === 10);
    expect(forwarder.report().obstacles).toMatchObject([{ reason: "the environment has no mobile key" }]);
    environments.replace([environment]);
    await eventually("the others to arrive", () => arrived(other), { timeoutMs: 5000 });
    expect(posts("/mobile")).toHaveLength(10);
  });

  it("becomes dead letters when it is too old, all of it, without being tried again", async () => {
    only("/mobile", refuse(401));
    const forwarder = start({ maxAgeMs: 3000 });
    await client.queue.add([payload("mobile-analytics")]);
    await eventually("the path to be parked", () => forwarder.report().obstacles.length === 1);
    for (let i = 0; i < 60; i += 1) await client.queue.add([payload("mobile-analytics")]);
    await eventually("all to be parked", async () => (await client.parked()).length === 61);
    const tried = posts("/mobile").length;
    await eventually("all to be dead", async () => {
      // The release would wait for the end of the parking.
      await client.queue.hasten();
      return (await client.deadLetters.count()) === 61;
    });
    expect([...(await client.deadLetters.byReason()).keys()]).toEqual(["too old: status 401"]);
    expect(posts("/mobile").length).toBe(tried);
  });

  it("concerns what comes out of a batch like anything else", async () => {
    only("/mobile", refuse(401));
    start({ merge: true });
    const { server } = await addPairs("mobile-analytics", 5);
    await eventually("the server's batch to arrive", () => {
      const bodies = posts("/bulk").map(({ body }) => String(body));
      return server.every(({ id }) => bodies.some((body) => body.includes(id)));
    });
    await eventually("the mobile batch to be parked", async () => (await client.parked()).length > 0);
    await eventually(
      "no job to be left but its release",
      async () => (await client.load()).delayed.jobs === 1,
    );
  });
});

describe("a path that does not answer", () => {
  it("keeps nobody else waiting, neither at first nor later", async () => {
    only("/mobile", silence);
    start();
    const first = await addPairs("mobile-analytics", 60);
    await eventually("the server's to arrive", () => arrived(first.server), { timeoutMs: 8000 });
    const second = await addPairs("mobile-analytics", 60);
    await eventually("the server's to arrive", () => arrived(second.server), { timeoutMs: 4000 });
    expect(upstream.received.filter(({ path }) => path === "/mobile").length).toBeLessThanOrEqual(96);
  });

  it("is told with why, in the log and by the forwarder", async () => {
    only("/mobile", refuse(503));
    const forwarder = start();
    const { server, other } = await addPairs("mobile-analytics", 30);
    await eventually("it to be noticed", () => forwarder.report().obstacles.length === 1);
    expect(forwarder.report().obstacles).toMatchObject([
      { path: "/mobile", state: "unreachable", reason: "status 503" },
    ]);
    await eventually("the server's to arrive", () => arrived(server), { timeoutMs: 5000 });
    await eventually("it to be logged", () => log.lines.some((line) => /warn .*away: status 503/.test(line)));
    upstream.answer = accept;
    upstream.received.length = 0;
    await eventually("the others to arrive", () => arrived(other), { timeoutMs: 30_000 });
    await eventually(
      "its end to be logged",
      () => log.lines.some((line) => line.includes('"event":"events.back"')),
      {
        timeoutMs: 15_000,
      },
    );
  });
});

it("says that the delivery is paused by hand, and when it is not any more", async () => {
  await client.queue.pause();
  const forwarder = start();
  await eventually("it to be known", () => forwarder.report().paused.includes("Env"));
  expect((await metrics.read()).get("event_queue_paused{Env}")).toBe(1);
  expect(log.lines.filter((line) => line.includes("events.paused"))).toHaveLength(1);
  await client.queue.resume();
  await eventually("it to be over", () => forwarder.report().paused.length === 0);
  expect((await metrics.read()).get("event_queue_paused{Env}")).toBe(0);
});
