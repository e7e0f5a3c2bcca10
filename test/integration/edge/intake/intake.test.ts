import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { type HttpBindings, type ServerType, serve } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { HoldLimits } from "../../../../services/edge/intake/hold-quota.ts";
import { Intake, type IntakeMode } from "../../../../services/edge/intake/intake.ts";
import { IntakeQueues } from "../../../../services/edge/intake/intake-queues.ts";
import { systemClock } from "../../../../shared/base/clock.ts";
import { EnvironmentList } from "../../../../shared/environments/environment-source.ts";
import { claimOf } from "../../../../shared/model/claim.ts";
import type { SdkKey } from "../../../../shared/model/credentials.ts";
import { newOwner } from "../../../../shared/queue/claimed-place.ts";
import { decodeJob } from "../../../../shared/queue/event-job.ts";
import type { EventPayload } from "../../../../shared/queue/event-payload.ts";
import { EventQueue } from "../../../../shared/queue/event-queue.ts";
import { eventsPlace, queueKey } from "../../../../shared/queue/queue-place.ts";
import { connectRedis } from "../../../../shared/redis/connect.ts";
import { environment as plainEnvironment } from "../../../support/environment.ts";
import { RecordedLog, RecordedMetrics, until } from "../../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../../support/redis.ts";
import { redisState } from "../../../support/redis-reports.ts";

const environment = plainEnvironment("test", {
  name: "Test",
  credentials: { sdkKey: "sdk-0123456789" as SdkKey },
  prefix: "launchdarkly",
});
const MAX_BYTES = 10_000;

const NO_LIMITS = { maxBytes: 1024 ** 3, maxShare: 1 };

let redis: TestRedis;
let queues: IntakeQueues;
let flags: ReturnType<typeof connectRedis>;
let server: ServerType;
const connections: ReturnType<typeof connectRedis>[] = [];
let log: RecordedLog;
let metrics: RecordedMetrics;

/** What a payload goes through with this `holdTime`. */
function open(holdMs: number, holdLimits?: HoldLimits): void {
  const state = redisState(redis.settings, log);
  const connection = connectRedis(redis.settings, "command", state);
  connections.push(connection);
  queues = new IntakeQueues({
    environments: new EnvironmentList([environment]),
    ...{ connection, state },
    flags,
    limits: NO_LIMITS,
    holdMs,
    logger: log,
    metrics,
    clock: systemClock,
    ...(holdLimits && { holdLimits }),
  });
}

async function listen(mode: IntakeMode): Promise<void> {
  const intake = new Intake({
    mode,
    maxBodyBytes: MAX_BYTES,
    maxBodyMs: 60_000,
    queues,
    logger: log,
    metrics,
    clock: systemClock,
  });
  server = serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (_request, env) => {
      void intake.acceptPost(environment, "server-analytics", env as HttpBindings);
      return RESPONSE_ALREADY_SENT;
    },
  });
  await until("the server listens", () => server.address() !== null);
}

beforeEach(async () => {
  redis = await startRedis({ settings: { appendfsync: "always" } });
  log = new RecordedLog();
  metrics = new RecordedMetrics();
  flags = connectRedis(redis.settings, "command", redisState(redis.settings, log));
  open(0);
  await listen("keep");
  await until("Redis is connected", () => queues.isConnected());
});

afterEach(async () => {
  server.close();
  if ("closeAllConnections" in server) server.closeAllConnections();
  await queues.close();
  for (const connection of connections.splice(0)) connection.disconnect();
  flags.disconnect();
  await redis[Symbol.asyncDispose]();
});

const port = () => (server.address() as AddressInfo).port;
const post = (body: NonNullable<RequestInit["body"]>, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${port()}/bulk`, { method: "POST", body, headers, duplex: "half" } as RequestInit);

async function queued(): Promise<EventPayload[][]> {
  const { queue } = eventsPlace(environment.prefix, newOwner(claimOf(environment)));
  return redis.client(async (client) => {
    const ids = (await client.lrange(queueKey(queue, "wait"), 0, -1)).reverse();
    const jobs = await Promise.all(ids.map((id) => client.hget(queueKey(queue, id), "data")));
    return jobs.map((job) => decodeJob(JSON.parse(job ?? "null")));
  });
}

function chunked(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks) as unknown as ReadableStream<Uint8Array>;
}

describe("the intake", () => {
  it("answers 202 with a Date once Redis has the very bytes", async () => {
    const body = gzipSync('[{"kind":"custom"}]');
    const response = await post(body, {
      "content-encoding": "gzip",
      "x-launchdarkly-payload-id": "an-id",
      authorization: environment.credentials.sdkKey,
    });
    expect([response.status, await response.text()]).toEqual([202, ""]);
    expect(Date.parse(response.headers.get("date") ?? "")).toBeGreaterThan(0);
    const [[payload] = []] = await queued();
    expect(payload).toMatchObject({ id: "an-id", kind: "server-analytics", body });
    expect(JSON.stringify(await queued())).not.toContain(environment.credentials.sdkKey);
    expect(metrics.values.get("event_payloads_accepted_total{Test,server-analytics}")).toBe(1);
  });

  it("makes few jobs of many requests", async () => {
    const responses = await Promise.all(Array.from({ length: 100 }, (_, i) => post(`[${i}]`)));
    expect(responses.every(({ status }) => status === 202)).toBe(true);
    const jobs = await queued();
    const bodies = jobs.flat().map(({ body }) => `${body}`);
    expect(bodies.sort()).toEqual(Array.from({ length: 100 }, (_, i) => `[${i}]`).sort());
    expect(jobs.length).toBeLessThan(60);
    expect(Math.max(...jobs.map((job) => job.length))).toBeLessThanOrEqual(50);
  });

  it("takes an object on the path of analytics as the diagnostic event that it is", async () => {
    expect((await post('{"kind":"diagnostic"}')).status).toBe(202);
    expect((await queued())[0]?.[0]?.kind).toBe("server-diagnostic");
  });

  it.each([
    ["an empty body", "", {}, 400, "empty", "body may not be empty"],
    ["what says gzip and is not", "[]", { "content-encoding": "gzip" }, 400, "not_gzip", "not gzip"],
    [
      "gzip that was cut off",
      gzipSync("[1,2,3]").subarray(0, -9),
      { "content-encoding": "gzip" },
      400,
      "broken_gzip",
      "corrupt or truncated",
    ],
    [
      "gzip of one byte too many",
      gzipSync("x".repeat(MAX_BYTES + 1)),
      { "content-encoding": "gzip" },
      413,
      "too_large_inflated",
      "decompressed body is larger",
    ],
    ["one byte too many", "x".repeat(MAX_BYTES + 1), {}, 413, "too_large", "maxInboundPayloadSize"],
  ])("refuses %s", async (_what, body, headers, status, reason, message) => {
    const response = await post(body, headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ message: expect.stringContaining(message) });
    expect(metrics.values.get(`event_payloads_refused_total{Test,${reason}}`)).toBe(1);
    expect(await queued()).toEqual([]);
  });

  it("accepts a body of just the limit, announced or in chunks, and refuses chunks beyond it", async () => {
    const half = new Uint8Array(MAX_BYTES / 2).fill(0x20);
    expect((await post(new Uint8Array(MAX_BYTES).fill(0x20))).status).toBe(202);
    expect((await post(chunked(half, half))).status).toBe(202);
    const response = await post(chunked(half, half, half.subarray(0, 1)));
    expect(response.status).toBe(413);
    expect(response.headers.get("connection")).toBe("close");
  });

  it("answers a body without end with 413, and reads no further", async () => {
    const socket = connect(port(), "127.0.0.1");
    let answer = "";
    let sent = 0;
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("error", () => undefined);
    socket.write("POST /bulk HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    const chunk = `1000\r\n${"x".repeat(0x1000)}\r\n`;
    const timer = setInterval(() => {
      if (socket.writableNeedDrain) return;
      socket.write(chunk);
      sent += 1;
    }, 1);
    await until("the answer is there", () => answer.startsWith("HTTP/1.1 413"));
    if (!socket.closed) await once(socket, "close");
    clearInterval(timer);
    expect(sent).toBeLessThan(5000);
  });

  it("says 503 when events are not to be sent, without reading them", async () => {
    server.close();
    await listen("refuse");
    const response = await post("[]");
    expect(response.status).toBe(503);
    expect(await response.text()).toBe('{"message":"Event proxy is not enabled for this environment"}');
    expect(await queued()).toEqual([]);
  });

  it("says 202 in offline mode, whatever the body, and keeps nothing of it", async () => {
    server.close();
    await listen("discard");
    for (const body of ["[1]", "", "no JSON"]) expect((await post(body)).status).toBe(202);
    const unpackable = await post("[]", { "Content-Encoding": "gzip" });
    expect(unpackable.status).toBe(202);
    expect(await queued()).toEqual([]);
    expect(metrics.values.get("event_payloads_discarded_total{Test,server-analytics}")).toBe(4);
    expect(log.lines.filter((line) => line.includes("events.discarded"))).toHaveLength(1);
  });

  it.each([
    ["is gone", () => redis.kill(), () => redis.start()],
    ["does not answer", () => redis.suspend(), () => redis.resume()],
  ])(
    "that holds nothing says 503 within about a second while Redis %s, and goes on when it is back",
    async (_what, fail, mend) => {
      expect((await post("[]")).status).toBe(202);
      await fail();
      const started = performance.now();
      const responses = await Promise.all([post("[1]"), post("[2]"), post("[3]")]);
      expect(performance.now() - started).toBeLessThan(1500);
      for (const response of responses) {
        expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
        expect(await response.json()).toEqual({ message: expect.any(String) });
      }
      await mend();
      await until("events are taken again", async () => (await post("[4]")).status === 202);
    },
  );

  it("says 503 at once when Redis never was there, and works when it comes", async () => {
    await queues.close();
    await redis.kill();
    server.close();
    open(0);
    await listen("keep");
    const started = performance.now();
    expect((await post("[]")).status).toBe(503);
    expect(performance.now() - started).toBeLessThan(1000);
    await redis.start();
    await until("events are taken", async () => (await post("[]")).status === 202);
  });
});

describe("the intake that holds events", () => {
  const HOLD_MS = 6000;
  const hold = async (holdMs = HOLD_MS, limits?: HoldLimits) => {
    await queues.close();
    server.close();
    open(holdMs, limits);
    await listen("keep");
    await until("Redis is connected", () => queues.isConnected());
  };
  const bodies = async () => (await queued()).flat().map(({ body }) => `${body}`);
  const elapsed = async (what: Promise<Response>) => {
    const started = performance.now();
    const { status } = await what;
    return { status, ms: performance.now() - started };
  };

  it("answers nothing while Redis restarts, and then 202 to each, all once and in order", async () => {
    await hold();
    const answers: number[] = [];
    const posts: Promise<unknown>[] = [];
    await redis.kill();
    for (let n = 0; n < 120; n += 1) {
      posts.push(post(`[${n}]`).then(({ status }) => answers.push(status)));
      if (n % 10 === 0) await setTimeout(20);
    }
    await until("all are held", () => queues.held.payloads === 120);
    expect((await metrics.read()).get("event_payloads_held{}")).toBe(120);
    expect(metrics.values.get("event_payloads_held_bytes{}")).toBeGreaterThan(120 * 3 - 1);
    expect(answers).toEqual([]);
    await redis.start();
    await Promise.all(posts);
    expect(new Set(answers)).toEqual(new Set([202]));
    expect((await bodies()).sort()).toEqual(Array.from({ length: 120 }, (_, n) => `[${n}]`).sort());
    expect((await metrics.read()).get("event_payloads_held{}")).toBe(0);
  });

  it("keeps the order of one client that posts without waiting", async () => {
    await hold();
    await redis.kill();
    const posts: Promise<Response>[] = [];
    for (let n = 0; n < 60; n += 1) {
      posts.push(post(`[${n}]`));
      await until("it is held", () => queues.held.payloads === n + 1);
    }
    await redis.start();
    for (const { status } of await Promise.all(posts)) expect(status).toBe(202);
    expect(await bodies()).toEqual(Array.from({ length: 60 }, (_, n) => `[${n}]`));
  });

  it("makes one job of what Redis took without being able to say so", async () => {
    await hold();
    redis.suspend();
    const answer = post("[1]");
    await until("it is held", () => queues.held.payloads === 1);
    // Longer than a command waits, so it is sent again while the first one still lies before a frozen Redis.
    await setTimeout(2500);
    redis.resume();
    expect((await answer).status).toBe(202);
    expect(await bodies()).toEqual(["[1]"]);
  });

  it("makes no second job of one that a forwarder has done and removed meanwhile", async () => {
    const add = EventQueue.prototype.add;
    onTestFinished(() => void vi.restoreAllMocks());
    let lost = 0;
    vi.spyOn(EventQueue.prototype, "add").mockImplementation(async function (this: EventQueue, ...args) {
      await add.apply(this, args);
      if (lost > 0) return;
      lost += 1;
      const taken = await queued();
      expect(taken.flat()).toHaveLength(1);
      await redis.client(async (client) => {
        const { queue } = eventsPlace(environment.prefix, newOwner(claimOf(environment)));
        const [id = ""] = await client.lrange(queueKey(queue, "wait"), 0, -1);
        await client.del(queueKey(queue, id), queueKey(queue, "wait"));
      });
      throw new Error("Connection is closed.");
    });
    await hold();
    expect((await post("[1]")).status).toBe(202);
    expect(lost).toBe(1);
    expect(await bodies()).toEqual([]);
  });

  it("says 503 when the time is up, and not before", async () => {
    await hold(1500);
    await redis.kill();
    const { status, ms } = await elapsed(post("[1]"));
    expect(status).toBe(503);
    expect(ms).toBeGreaterThan(1100);
    expect(ms).toBeLessThan(2500);
    expect(metrics.values.get("event_payloads_refused_total{Test,unavailable}")).toBe(1);
    expect(queues.held.payloads).toBe(0);
  });

  it.each([
    ["number", { payloads: 2, bytes: 1000 }, "[1]"],
    ["bytes", { payloads: 100, bytes: 10 }, "[1,2]"],
  ])("holds no more than its bound in %s, and says 503 to the rest at once", async (_what, limits, body) => {
    await hold(HOLD_MS, limits);
    await redis.kill();
    const held = [post(body), post(body)];
    await until("two are held", () => queues.held.payloads === 2);
    const { status, ms } = await elapsed(post(body));
    expect(status).toBe(503);
    expect(ms).toBeLessThan(1000);
    expect(metrics.values.get("event_payloads_refused_total{Test,congested}")).toBe(1);
    await redis.start();
    for (const { status } of await Promise.all(held)) expect(status).toBe(202);
  });

  it.each([
    ["is full", ["maxmemory", "1"], ["maxmemory", "0"]],
    ["cannot write to enough replicas", ["min-replicas-to-write", "3"], ["min-replicas-to-write", "0"]],
  ] as const)("holds them while Redis %s", async (_what, spoil, mend) => {
    await hold();
    await redis.client((client) => client.config("SET", ...spoil));
    let answered = false;
    const answer = post("[1]").finally(() => {
      answered = true;
    });
    await setTimeout(800);
    expect(answered).toBe(false);
    await redis.client((client) => client.config("SET", ...mend));
    expect((await answer).status).toBe(202);
    expect(await bodies()).toEqual(["[1]"]);
  });

  it("holds them while Redis is a replica, until it is the primary again", async () => {
    await hold();
    await redis.client((client) => client.replicaof("127.0.0.1", 1));
    const answer = post("[1]");
    await until("it is held", () => queues.held.payloads === 1);
    await setTimeout(500);
    expect(queues.held.payloads).toBe(1);
    await redis.client((client) => client.replicaof("NO", "ONE"));
    expect((await answer).status).toBe(202);
  });

  it("says 503 at once where it has no right to add, as another trouble than Redis being away", async () => {
    await hold();
    await redis.client((client) => client.call("ACL", "SETUSER", "default", "resetkeys", "~elsewhere:*"));
    for (let n = 0; n < 3; n += 1) {
      const { status, ms } = await elapsed(post("[1]"));
      expect(status).toBe(503);
      expect(ms).toBeLessThan(1000);
    }
    expect(metrics.values.get("event_payloads_refused_total{Test,store_not_permitted}")).toBe(3);
    expect(metrics.values.get("event_payloads_refused_total{Test,unavailable}") ?? 0).toBe(0);
    const said = () => log.lines.filter((line) => line.includes("events.store_not_permitted"));
    expect(said()).toEqual([expect.stringMatching(/^error .*NOPERM/)]);
    expect(log.lines.filter((line) => line.includes("Redis is away"))).toEqual([]);
    await redis.client((client) => client.call("ACL", "SETUSER", "default", "~*"));
    expect((await post("[2]")).status).toBe(202);
    expect(log.lines.filter((line) => line.includes("events.store_back"))).toHaveLength(1);
  });

  it("keeps what a client sent that hung up while it was held", async () => {
    await hold();
    await redis.kill();
    const gone = new AbortController();
    const answer = fetch(`http://127.0.0.1:${port()}/bulk`, {
      method: "POST",
      body: "[1]",
      signal: gone.signal,
    });
    await until("it is held", () => queues.held.payloads === 1);
    gone.abort();
    await expect(answer).rejects.toThrow();
    await redis.start();
    await until("it is stored", async () => (await bodies()).join() === "[1]");
    expect(queues.held.payloads).toBe(0);
  });

  it("answers in time when the edge is about to stop", async () => {
    await hold();
    await redis.kill();
    const held = [post("[1]"), post("[2]")];
    await until("both are held", () => queues.held.payloads === 2);
    const stopped = performance.now();
    queues.answerWithin(500);
    for (const { status } of await Promise.all(held)) expect(status).toBe(503);
    expect(performance.now() - stopped).toBeLessThan(1500);
  });
});
