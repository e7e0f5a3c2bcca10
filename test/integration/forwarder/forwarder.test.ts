import { randomUUID } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { winsSampling } from "../../../services/forwarder/delivery/sampling.ts";
import { createForwarder, type Forwarder } from "../../../services/forwarder/forwarder.ts";
import { systemClock } from "../../../shared/base/clock.ts";
import { EnvironmentList } from "../../../shared/environments/environment-source.ts";
import { claimOf } from "../../../shared/model/claim.ts";
import type { Credentials, EnvironmentId, MobileKey, SdkKey } from "../../../shared/model/credentials.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { newOwner } from "../../../shared/queue/claimed-place.ts";
import { type EventPayload, PAYLOAD_KINDS, type PayloadKind } from "../../../shared/queue/event-payload.ts";
import { EventQueue } from "../../../shared/queue/event-queue.ts";
import { eventsPlace, queueKey } from "../../../shared/queue/queue-place.ts";
import { connectRedis } from "../../../shared/redis/connect.ts";
import { DIRECT } from "../../support/direct.ts";
import { RecordedLog, RecordedMetrics, until } from "../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { redisState, redisStates } from "../../support/redis-reports.ts";
import { accept, EventsUpstream, refuse } from "./upstream.ts";

const credentials: Credentials = {
  sdkKey: "sdk-0123456789-server" as SdkKey,
  mobileKey: "mob-0123456789-mobile" as MobileKey,
  envId: "env-id" as EnvironmentId,
};
const environment: Environment = {
  id: "Spree Project: Test",
  name: "Spree Project: Test",
  credentials,
  prefix: "launchdarkly",
  ttlMs: 0,
  allowedOrigins: [],
  allowedHeaders: [],
  secureMode: false,
};
const place = eventsPlace(environment.prefix, newOwner(claimOf(environment)));

function payload(body: string | Buffer, kind: PayloadKind = "server-analytics", id: string = randomUUID()) {
  const headers = {
    "x-launchdarkly-payload-id": id,
    "x-launchdarkly-event-schema": "4",
    "user-agent": "NodeJSClient/9",
    "content-type": "application/json",
  };
  return { id, kind, headers, acceptedAt: Date.now(), attempts: 0, body: Buffer.from(body) } as const;
}

let redis: TestRedis;
let upstream: EventsUpstream;
let environments: EnvironmentList;
let log: RecordedLog;
let metrics: RecordedMetrics;
const running: Forwarder[] = [];

beforeEach(async () => {
  redis = await startRedis({ settings: { appendfsync: "always" } });
  upstream = await EventsUpstream.start();
  environments = new EnvironmentList([environment]);
  log = new RecordedLog();
  metrics = new RecordedMetrics();
});

afterEach(async () => {
  for (const forwarder of running.splice(0)) await forwarder.stop();
  await upstream.stop();
  await redis[Symbol.asyncDispose]();
});

function start(
  settings: { compress?: boolean; samplingInterval?: number; stopGraceMs?: number; merge?: boolean } = {},
): Forwarder {
  const forwarder = createForwarder({
    environments,
    redis: redis.settings,
    redisStates: redisStates(log),
    sendEvents: true,
    eventsUri: `${upstream.uri}/relay/`,
    outbound: DIRECT,
    samplingInterval: settings.samplingInterval ?? 0,
    compress: settings.compress ?? true,
    batches: { merge: settings.merge ?? false, flushIntervalMs: 100, maxBytes: 1024 ** 2, capacity: 1000 },
    userAgent: "LDRelay/test",
    retry: { maxAgeMs: 24 * 3600_000, maxDelayMs: 300_000 },
    parkMaxDelayMs: 900_000,
    stopGraceMs: settings.stopGraceMs ?? 2000,
    logger: log,
    metrics,
    clock: systemClock,
    // Full jitter at its best: a retry comes at once.
    random: () => 0.999,
  });
  running.push(forwarder);
  return forwarder;
}

async function stop(forwarder: Forwarder): Promise<void> {
  running.splice(running.indexOf(forwarder), 1);
  await forwarder.stop();
}

/** Adds each list as a job of its own. */
async function add(...jobs: EventPayload[][]): Promise<void> {
  const connection = connectRedis(redis.settings, "command", redisState(redis.settings, log));
  const queue = new EventQueue(connection, place.queue, log);
  await until("Redis is connected", () => connection.status === "ready");
  for (const job of jobs) await queue.add(job);
  await queue.close();
  connection.disconnect();
}

const receivedIds = () => upstream.received.map(({ headers }) => headers["x-launchdarkly-payload-id"]);
const value = (series: string) => metrics.values.get(series) ?? 0;

async function depth(): Promise<(number | undefined)[]> {
  const values = await metrics.read();
  return ["waiting", "delayed", "active"].map((state) =>
    values.get(`event_queue_jobs{${environment.name},${state}}`),
  );
}

describe("a forwarder", () => {
  it("posts the very bytes with the SDK's headers, each kind to its path under its key", async () => {
    const bodies = [
      Buffer.from('[{"kind":"custom", "n":1.0}]'),
      gzipSync("[]"),
      Buffer.from([0xff, 0, 0xfe]),
    ];
    const sent = PAYLOAD_KINDS.map((kind, i) => payload(bodies[i % bodies.length] ?? "", kind));
    await add(sent);
    start();
    await until("all have arrived", () => upstream.received.length === sent.length);
    const expected = [
      ["/relay/bulk", credentials.sdkKey],
      ["/relay/diagnostic", credentials.sdkKey],
      ["/relay/mobile", credentials.mobileKey],
      ["/relay/mobile/events/diagnostic", credentials.mobileKey],
      ["/relay/events/bulk/env-id", undefined],
      ["/relay/events/diagnostic/env-id", undefined],
    ];
    for (const [i, { id, headers, body }] of sent.entries()) {
      const post = upstream.received.find((one) => one.headers["x-launchdarkly-payload-id"] === id);
      expect(post?.body).toEqual(body);
      expect(post?.headers).toMatchObject(headers);
      expect([post?.path, post?.headers.authorization]).toEqual(expected[i]);
    }
    await until("all are counted", () => value(`event_payloads_delivered_total{${environment.name}}`) === 6);
    await until("the queue is empty", async () => (await depth()).join() === "0,0,0");
  });

  const EVENTS = JSON.stringify(
    Array.from({ length: 200 }, (_, n) => ({ kind: "custom", creationDate: n, key: `key-${n % 7}` })),
  );

  it("compresses what came uncompressed, and sends the same bytes on every try, whatever is set then", async () => {
    upstream.answer = refuse(503);
    const sent = payload(EVENTS);
    await add([sent, payload("[]")]);
    const first = start();
    await until("there was a first try", () => receivedIds().includes(sent.id));
    await stop(first);
    upstream.answer = accept;
    start({ compress: false });
    const tries = () =>
      upstream.received.filter(({ headers }) => headers["x-launchdarkly-payload-id"] === sent.id);
    await until("the queue is empty", async () => (await depth()).join() === "0,0,0");
    expect(tries().length).toBeGreaterThan(1);
    for (const { body, headers } of tries()) {
      expect(headers).toMatchObject({ ...sent.headers, "content-encoding": "gzip" });
      expect(Number(headers["content-length"])).toBe(body.byteLength);
      expect(body).toEqual(tries()[0]?.body);
      expect(gunzipSync(body).toString()).toBe(EVENTS);
    }
    expect(sent.body.byteLength).toBeGreaterThan(10 * (tries()[0]?.body.byteLength ?? 0));
  });

  it("sends as it came what a proxy takes without compression only", async () => {
    upstream.answer = (post, response) =>
      refuse(post.headers["content-encoding"] === "gzip" ? 415 : 202)(post, response);
    const [one, other] = [payload(EVENTS), payload(EVENTS)];
    await add([one]);
    start();
    await until(
      "the first is taken",
      () => value(`event_payloads_delivered_total{${environment.name}}`) === 1,
    );
    await add([other]);
    await until("both are taken", () => value(`event_payloads_delivered_total{${environment.name}}`) === 2);
    expect(
      upstream.received.map(({ headers }) => [
        headers["x-launchdarkly-payload-id"],
        headers["content-encoding"],
      ]),
    ).toEqual([
      [one.id, "gzip"],
      [one.id, undefined],
      [other.id, undefined],
    ]);
    expect(upstream.received[1]?.body.toString()).toBe(EVENTS);
    expect(log.lines.filter((line) => line.includes("events.compression_refused"))).toHaveLength(1);
    expect(value(`event_payloads_dead_total{${environment.name}}`)).toBe(0);
  });

  it("splits what it has compressed and is too large", async () => {
    upstream.answer = (post, response) =>
      refuse(gunzipSync(post.body).byteLength > EVENTS.length * 0.6 ? 413 : 202)(post, response);
    await add([payload(EVENTS)]);
    start();
    await until(
      "both halves are taken",
      () => value(`event_payloads_delivered_total{${environment.name}}`) === 2,
    );
    const halves = upstream.received.slice(1).flatMap(({ body }) => JSON.parse(gunzipSync(body).toString()));
    expect(halves.map(({ creationDate }) => creationDate).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 200 }, (_, n) => n),
    );
  });

  it("tries again under the same id until LaunchDarkly is back, and only what is left of a job", async () => {
    const [one, two] = [payload("[1]"), payload("[2]")];
    upstream.answer = (post, response) =>
      (post.headers["x-launchdarkly-payload-id"] === two.id ? refuse(503) : accept)(post, response);
    await add([one, two]);
    start();
    await until("the second was tried twice", () => receivedIds().filter((id) => id === two.id).length >= 2);
    upstream.answer = accept;
    await until(
      "both are delivered",
      () => value(`event_payloads_delivered_total{${environment.name}}`) === 2,
    );
    expect(receivedIds().filter((id) => id === one.id)).toHaveLength(1);
    const tries = upstream.received.filter((p) => p.headers["x-launchdarkly-payload-id"] === two.id);
    for (const { body } of tries) expect(body).toEqual(two.body);
    expect(value(`event_payloads_retried_total{${environment.name}}`)).toBe(tries.length - 1);
  });

  it("loses nothing when it is stopped in the middle and another one starts", async () => {
    const sent = Array.from({ length: 60 }, (_, i) => payload(`[${i}]`));
    upstream.answer = (post, response) =>
      upstream.received.length > 20 ? undefined : accept(post, response);
    await add(...Array.from({ length: 20 }, (_, i) => sent.slice(3 * i, 3 * i + 3)));
    const first = start({ stopGraceMs: 100 });
    await until("it hangs in the middle", () => upstream.received.length > 25);
    await stop(first);
    upstream.answer = accept;
    const before = upstream.received.splice(0).slice(0, 20);
    start();
    const arrived = () => new Set([...before, ...upstream.received].map((post) => post.body.toString()));
    await until("every payload has arrived", () => arrived().size === sent.length);
    await until("the queue is empty", async () => (await depth()).join() === "0,0,0");
  });

  it("parks the queue while the key is refused, and goes on at once with a new one", async () => {
    const rotated = { ...credentials, sdkKey: "sdk-0123456789-rotated" as SdkKey };
    upstream.answer = (post, response) =>
      (post.headers.authorization === rotated.sdkKey ? accept : refuse(401))(post, response);
    await add([payload("[1]"), payload("[2]")]);
    start();
    await until("the key was refused", () => log.lines.some((line) => line.includes("events.parking.began")));
    await until("the queue rests", async () => (await depth()).join() === "0,1,0");
    const tried = upstream.received.length;
    await add([payload("[3]")]);
    environments.replace([{ ...environment, credentials: rotated }]);
    await until(
      "all are delivered",
      () => value(`event_payloads_delivered_total{${environment.name}}`) === 3,
    );
    expect(upstream.received.slice(tried).map((post) => post.headers.authorization)).toEqual(
      Array(3).fill(rotated.sdkKey),
    );
    expect(log.lines.join("\n")).not.toContain("0123456789");
  });

  it("keeps what LaunchDarkly refuses for good as a dead letter, once", async () => {
    upstream.answer = refuse(400);
    const bad = payload("[bad]");
    await add([bad], [bad]);
    start();
    await until("both jobs have ended", () => value(`event_payloads_dead_total{${environment.name}}`) === 2);
    const letters = await redis.client(async (client) => {
      const ids = await client.lrange(queueKey(place.deadLetters, "wait"), 0, -1);
      return Promise.all(ids.map((id) => client.hget(queueKey(place.deadLetters, id), "data")));
    });
    expect(letters).toHaveLength(1);
    expect(JSON.parse(letters[0] ?? "")).toMatchObject({
      reason: "status 400",
      status: 400,
      payload: { id: bad.id, text: "[bad]", acceptedAt: bad.acceptedAt },
    });
  });

  it("never follows a redirect with the key", async () => {
    const elsewhere = await EventsUpstream.start();
    upstream.answer = refuse(307, { location: `${elsewhere.uri}/bulk` });
    await add([payload("[]")]);
    start();
    await until(
      "it is parked",
      () => value(`event_payloads_parked_total{${environment.name},SDK key,/bulk}`) === 1,
    );
    expect(elsewhere.received).toEqual([]);
    await elsewhere.stop();
  });

  it("samples whole payloads by their ids, down to what counts rest on", async () => {
    const sent = Array.from({ length: 40 }, () => payload('[{"kind":"custom"},{"kind":"summary"}]'));
    const bare = Array.from({ length: 10 }, () => payload('[{"kind":"custom"}]'));
    await add(sent, bare);
    start({ samplingInterval: 3 });
    await until("all are settled", () => value(`event_payloads_delivered_total{${environment.name}}`) === 50);
    for (const { id, body } of sent) {
      const post = upstream.received.find((one) => one.headers["x-launchdarkly-payload-id"] === id);
      const expected = winsSampling(id, 3) ? body.toString() : '[{"kind":"summary"}]';
      expect(post?.body.toString()).toBe(expected);
    }
    const whole = bare.filter(({ id }) => winsSampling(id, 3)).map(({ id }) => id);
    expect(
      receivedIds()
        .filter((id) => bare.some((one) => one.id === id))
        .sort(),
    ).toEqual(whole.sort());
  });

  it("summarises what an SDK has not, looking flags up where they are kept, and lets the rest pass", async () => {
    await redis.client((client) => client.hset("launchdarkly:features", "f", '{"trackEvents":true}'));
    const evaluation = {
      kind: "feature",
      creationDate: 5,
      key: "f",
      version: 3,
      value: 1,
      user: { key: "a" },
    };
    const old = (id: string): EventPayload => {
      const { "x-launchdarkly-event-schema": _, ...headers } = payload("", "server-analytics", id).headers;
      return { ...payload(gzipSync(JSON.stringify([evaluation])), "server-analytics", id), headers };
    };
    const inGzip = (one: EventPayload) => ({
      ...one,
      headers: { ...one.headers, "content-encoding": "gzip" },
    });
    const direct = payload('[{"kind":"custom"}]');
    await add([inGzip(old("1")), direct, inGzip(old("2")), inGzip(old("2"))]);
    start();
    await until("both have arrived", () => upstream.received.length === 2);
    expect(upstream.received[0]?.body).toEqual(direct.body);
    const { headers, body } = upstream.received[1] ?? {};
    expect(headers).toMatchObject({
      "x-launchdarkly-event-schema": "4",
      "user-agent": "LDRelay/test",
      authorization: credentials.sdkKey,
    });
    const feature = { ...evaluation, user: undefined, default: null, context: { key: "a" } };
    const counters = [{ version: 3, value: 1, count: 2 }];
    const features = { f: { default: null, counters, contextKinds: ["user"] } };
    expect(JSON.parse(String(body))).toEqual([
      { kind: "index", creationDate: 5, context: { key: "a" } },
      feature,
      feature,
      { kind: "summary", startDate: 5, endDate: 5, features },
    ]);
    await until("the queue is empty", async () => (await depth()).join() === "0,0,0");
  });

  it("merges all analytics when it is told to, and sends them under one id until they are taken", async () => {
    upstream.answer = refuse(503);
    await add([payload('[{"a":1.0}]'), payload('{"d":1}', "server-diagnostic"), payload("[2, 3]")]);
    start({ merge: true });
    const merges = () => upstream.received.filter(({ path }) => path === "/relay/bulk");
    await until("it was refused twice", () => merges().length >= 2);
    upstream.answer = accept;
    await until(
      "all are delivered",
      () => value(`event_payloads_delivered_total{${environment.name}}`) === 2,
    );
    expect(new Set(merges().map(({ body }) => `${body}`))).toEqual(new Set(['[{"a":1.0},2, 3]']));
    expect(new Set(merges().map(({ headers }) => headers["x-launchdarkly-payload-id"])).size).toBe(1);
    await until("the queue is empty", async () => (await depth()).join() === "0,0,0");
  });

  it("buries a body that is no array by itself, and batches the others of its job", async () => {
    await add([payload("[1"), payload("[2]"), payload('{"a":1}'), payload("[3]")]);
    start({ merge: true });
    await until("the others have arrived", () => upstream.received.length === 1);
    expect(`${upstream.received[0]?.body}`).toBe("[2,3]");
    const letters = await redis.client((client) => client.llen(queueKey(place.deadLetters, "wait")));
    expect(letters).toBe(2);
    expect(value(`event_payloads_dead_total{${environment.name}}`)).toBe(2);
  });

  it("follows environments as they come and go, and keeps the queue of one that went", async () => {
    start();
    environments.replace([]);
    await add([payload("[1]")]);
    expect(upstream.received).toEqual([]);
    environments.replace([environment]);
    await until("it is delivered", () => upstream.received.length === 1);
  });

  it("starts without Redis, waits for it, and survives its absence, said once each time", async () => {
    await add([payload("[1]")]);
    await redis.kill();
    const forwarder = start();
    const said = (event: string) => log.lines.filter((line) => line.includes(`"event":"${event}"`)).length;
    await until("it noticed", () => said("redis.away") === 1);
    expect(forwarder.isConnected()).toBe(false);
    await redis.start();
    await until("it is delivered", () => upstream.received.length === 1);
    await until("both connections are back", () => forwarder.isConnected());
    await until("it said so", () => said("redis.back") === 1);

    await redis.kill();
    await until("it noticed again", () => !forwarder.isConnected());
    expect(await depth()).toEqual([undefined, undefined, undefined]);
    await redis.start();
    await add([payload("[2]")]);
    await until("that too is delivered", () => upstream.received.some(({ body }) => `${body}` === "[2]"));
    await until("both connections are back", () => forwarder.isConnected());
    await until("it said so again", () => said("redis.back") === 2);
    expect(said("redis.away")).toBe(2);
  });

  it("stops while Redis is away", async () => {
    const forwarder = start();
    await until("it is connected", () => forwarder.isConnected());
    await redis.kill();
    await until("it noticed", () => !forwarder.isConnected());
    const started = performance.now();
    await stop(forwarder);
    expect(performance.now() - started).toBeLessThan(4000);
  });
});
