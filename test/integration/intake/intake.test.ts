import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { type HttpBindings, type ServerType, serve } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Intake } from "../../../services/edge/intake/intake.ts";
import { IntakeQueues } from "../../../services/edge/intake/intake-queues.ts";
import { systemClock } from "../../../shared/base/clock.ts";
import { claimOf } from "../../../shared/model/claim.ts";
import type { SdkKey } from "../../../shared/model/credentials.ts";
import { EnvironmentList } from "../../../shared/model/environment-source.ts";
import { newOwner } from "../../../shared/queue/claimed-place.ts";
import { decodeJob, type EventPayload } from "../../../shared/queue/event-job.ts";
import { eventsPlace, queueKey } from "../../../shared/queue/queue-place.ts";
import { connectRedis } from "../../../shared/redis/connect.ts";
import { environment as plainEnvironment } from "../../support/environment.ts";
import { RecordedLog, RecordedMetrics, until } from "../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { redisState } from "../../support/redis-reports.ts";

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
let log: RecordedLog;
let metrics: RecordedMetrics;

async function listen(sendEvents: boolean): Promise<void> {
  const intake = new Intake({
    sendEvents,
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

const newQueues = (): IntakeQueues =>
  new IntakeQueues(
    new EnvironmentList([environment]),
    redis.settings,
    redisState(redis.settings, log),
    flags,
    NO_LIMITS,
    log,
  );

beforeEach(async () => {
  redis = await startRedis({ settings: { appendfsync: "always" } });
  log = new RecordedLog();
  metrics = new RecordedMetrics();
  flags = connectRedis(redis.settings, "command", redisState(redis.settings, log));
  queues = newQueues();
  await listen(true);
  await until("Redis is connected", () => queues.isConnected());
});

afterEach(async () => {
  server.close();
  if ("closeAllConnections" in server) server.closeAllConnections();
  await queues.close();
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
      "damaged or incomplete",
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
    await listen(false);
    const response = await post("[]");
    expect(response.status).toBe(503);
    expect(await response.text()).toBe('{"message":"Event proxy is not enabled for this environment"}');
    expect(await queued()).toEqual([]);
  });

  it.each([
    ["is gone", () => redis.kill(), () => redis.start()],
    ["does not answer", () => redis.suspend(), () => redis.resume()],
  ])(
    "says 503 within about a second while Redis %s, and goes on when it is back",
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
    queues = newQueues();
    await listen(true);
    const started = performance.now();
    expect((await post("[]")).status).toBe(503);
    expect(performance.now() - started).toBeLessThan(1000);
    await redis.start();
    await until("events are taken", async () => (await post("[]")).status === 202);
  });
});
