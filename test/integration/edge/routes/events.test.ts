import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { until } from "../../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../../support/redis.ts";
import { RunningEdge } from "../running-edge.ts";

const CONFIGURATION = `
[Environment "Test"]
sdkKey = sdk-1
mobileKey = mob-1
envId = env-1

[Environment "Listed"]
sdkKey = sdk-2
envId = env-2
allowedOrigin = "https://a.example"
allowedOrigin = "https://b.example"
allowedHeader = "X-Mine"
`;
const EVENTS = '[{"kind":"custom","key":"k","contextKeys":{"user":"u"}}]';
const DIAGNOSTIC = '{"kind":"diagnostic-init","id":{"diagnosticId":"d"}}';
const PIXEL = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");

let redis: TestRedis;
let edge: RunningEdge;

beforeAll(async () => {
  redis = await startRedis({ settings: { appendfsync: "always" } });
  edge = await RunningEdge.start(redis, `${CONFIGURATION}[Events]\nsendEvents = true\n`);
});
afterAll(async () => {
  await edge.stop();
  await redis[Symbol.asyncDispose]();
});
beforeEach(() => redis.client((client) => client.flushall()));

const post = (path: string, body: string | Buffer, headers: Record<string, string>) =>
  edge.request(path, { method: "POST", body: Buffer.from(body), headers });
const onlyPayload = async (environmentId = "Test") => {
  const payloads = await edge.queued(environmentId);
  expect(payloads).toHaveLength(1);
  return payloads[0];
};

describe("a POST of events", () => {
  it.each([
    ["/bulk", "sdk-1", EVENTS, "server-analytics"],
    ["/bulk", "sdk-1", DIAGNOSTIC, "server-diagnostic"],
    ["/diagnostic", "sdk-1", DIAGNOSTIC, "server-diagnostic"],
    ["/mobile", "mob-1", EVENTS, "mobile-analytics"],
    ["/mobile/events", "mob-1", EVENTS, "mobile-analytics"],
    ["/mobile/events/bulk", "api_key mob-1", EVENTS, "mobile-analytics"],
    ["/mobile/events/diagnostic", "mob-1", DIAGNOSTIC, "mobile-diagnostic"],
    ["/events/bulk/env-1", "", EVENTS, "browser-analytics"],
    ["/events/bulk/env-1", "", DIAGNOSTIC, "browser-diagnostic"],
    ["/events/diagnostic/env-1", "", DIAGNOSTIC, "browser-diagnostic"],
    ["//bulk/", "sdk-1", EVENTS, "server-analytics"],
  ])("to %s with the credential %j is kept", async (path, authorization, body, kind) => {
    const response = await post(path, body, {
      ...(authorization !== "" && { authorization }),
      "content-type": "application/json",
      "x-launchdarkly-event-schema": "4",
      "x-launchdarkly-payload-id": "an-id",
    });
    expect([response.status, await response.text()]).toEqual([202, ""]);
    expect(Date.parse(response.headers.get("date") ?? "")).toBeGreaterThan(0);
    const payload = await onlyPayload();
    expect(payload).toMatchObject({ kind, id: "an-id", body: Buffer.from(body) });
    expect(payload?.headers).toMatchObject({ "x-launchdarkly-event-schema": "4" });
    expect(Object.keys(payload?.headers ?? {})).not.toContain("authorization");
  });

  it.each([
    ["/bulk", undefined, 401, ""],
    ["/bulk", "Bearer x", 401, ""],
    ["/bulk", "sdk-wrong", 401, /does not recognize the client credential/],
    ["/bulk", "mob-1", 401, /does not recognize the client credential/],
    ["/mobile", "sdk-1", 401, /does not recognize the client credential/],
    ["/mobile/events/diagnostic", undefined, 401, ""],
    ["/mobile?filter=x", "mob-1", 404, /payload filter was not found/],
    ["/events/bulk/env-9", undefined, 404, /^URL did not contain an environment ID$/],
    ["/events/bulk/env-1?filter=x", undefined, 404, /payload filter was not found/],
  ])("to %s with the credential %j is refused with %i", async (path, key, status, text) => {
    const response = await post(path, EVENTS, key === undefined ? {} : { authorization: key });
    expect(response.status).toBe(status);
    expect(await response.text()).toMatch(text);
    expect(await edge.queued("Test")).toEqual([]);
  });

  it.each(["/bulk", "/mobile", "/events/bulk/env-1", "/a/env-1.gif"])(
    "to %s must have the method of that path",
    async (path) => {
      const response = await edge.request(path, { method: "PUT", body: EVENTS });
      expect([response.status, await response.text()]).toEqual([405, ""]);
    },
  );

  it.each([
    ["HEAD", "/all", 405, ""],
    ["HEAD", "/bulk", 405, ""],
    ["GET", "/bulk", 405, ""],
    ["OPTIONS", "/bulk", 405, ""],
    ["GET", "/nowhere", 404, "404 page not found\n"],
    ["POST", "/bulk/more", 404, "404 page not found\n"],
  ])("is not what %s %s is", async (method, path, status, text) => {
    const response = await edge.request(path, { method });
    expect([response.status, await response.text()]).toEqual([status, text]);
  });

  it("is one of a mobile SDK with the headers that iOS sends, compressed", async () => {
    const body = gzipSync(EVENTS);
    const headers = {
      authorization: "api_key mob-1",
      "content-type": "application/json",
      "content-encoding": "gzip",
      "user-agent": "iOS/9.12.0",
      "x-launchdarkly-event-schema": "4",
      "x-launchdarkly-payload-id": "ios-id",
      "x-launchdarkly-tags": "application-id/a",
    };
    expect((await post("/mobile/events/bulk", body, headers)).status).toBe(202);
    const { authorization: _, ...passedOn } = headers;
    expect(await onlyPayload()).toMatchObject({ id: "ios-id", headers: passedOn, body });
  });
});

describe("browsers", () => {
  const preflight = (path: string, origin: string, method = "POST") =>
    edge.request(path, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": method,
        "access-control-request-headers":
          "content-type,x-launchdarkly-event-schema,x-launchdarkly-payload-id,x-launchdarkly-user-agent",
      },
    });

  it.each([
    ["/events/bulk/env-1", "POST"],
    ["/events/diagnostic/env-1", "POST"],
    ["/a/env-1.gif", "GET"],
    ["/events/bulk/env-9", "POST"],
  ])("may ask %s beforehand without a credential", async (path, method) => {
    const response = await preflight(path, "https://any.example", method);
    expect([response.status, await response.text()]).toEqual([200, ""]);
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({
      "access-control-allow-origin": "https://any.example",
      "access-control-allow-methods": `${method},OPTIONS`,
      "access-control-max-age": "300",
      vary: "Origin",
    });
    expect(headers["access-control-allow-headers"]?.toLowerCase().split(",")).toEqual(
      expect.arrayContaining([
        "content-type",
        "x-launchdarkly-event-schema",
        "x-launchdarkly-payload-id",
        "x-launchdarkly-user-agent",
      ]),
    );
  });

  it("are told which pages may, and which headers", async () => {
    const other = await preflight("/events/bulk/env-2", "https://evil.example");
    expect(other.headers.get("access-control-allow-origin")).toBe("https://a.example");
    const own = await preflight("/events/bulk/env-2", "https://b.example");
    expect(own.headers.get("access-control-allow-origin")).toBe("https://b.example");
    expect(own.headers.get("access-control-allow-headers")).toContain("X-Mine");
  });

  it.each([
    ["is accepted", "/events/bulk/env-2", EVENTS, 202],
    ["is empty", "/events/bulk/env-2", "", 400],
    ["is for nobody", "/events/bulk/env-9", EVENTS, 404],
  ])("may read the answer and its date when a POST %s", async (_what, path, body, status) => {
    const response = await post(path, body, { origin: "https://b.example" });
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "access-control-allow-origin": "https://b.example",
      "access-control-expose-headers": expect.stringMatching(/^Date,/),
      date: expect.any(String),
      vary: "Origin",
    });
  });

  it("send what js-client-sdk sends, and all of it is kept", async () => {
    const headers = {
      "content-type": "application/json",
      "x-launchdarkly-event-schema": "4",
      "x-launchdarkly-payload-id": "js-id",
      "x-launchdarkly-user-agent": "JSClient/4.4.0",
      "x-launchdarkly-wrapper": "React/3.9.0",
      "x-launchdarkly-tags": "application-id/a",
      "x-launchdarkly-instance-id": "instance",
    };
    const origin = { origin: "https://a.example" };
    expect((await post("/events/bulk/env-2", EVENTS, { ...headers, ...origin })).status).toBe(202);
    expect(await onlyPayload("Listed")).toMatchObject({ id: "js-id", headers });
  });
});

describe("an image", () => {
  const image = (data: string, path = "/a/env-1.gif") =>
    edge.request(`${path}?d=${encodeURIComponent(data)}`, { headers: { "user-agent": "Old Browser" } });
  const expectPixel = async (response: Response) => {
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "image/gif"]);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(Buffer.from(await response.arrayBuffer())).toEqual(PIXEL);
  };

  it("brings its events, as those of the old schema", async () => {
    await expectPixel(await image(Buffer.from(EVENTS).toString("base64")));
    const payload = await onlyPayload();
    expect(payload).toMatchObject({ kind: "browser-analytics", body: Buffer.from(EVENTS) });
    expect(payload?.headers).toMatchObject({
      "x-launchdarkly-event-schema": "3",
      "x-launchdarkly-payload-id": payload?.id,
      "content-type": "application/json",
      "user-agent": "Old Browser",
    });
  });

  it.each(["", "nonsense", Buffer.from("{}").toString("base64")])("comes for %j, too", async (data) => {
    await expectPixel(await image(data));
    expect(await edge.queued("Test")).toEqual([]);
    expect(edge.metrics.values.get("event_payloads_refused_total{Test,malformed}")).toBeGreaterThan(0);
  });

  it("is not there for an unknown environment", async () => {
    expect((await image("", "/a/env-9.gif")).status).toBe(404);
  });
});

describe("when events are not to be sent", () => {
  let off: RunningEdge;
  beforeAll(async () => {
    off = await RunningEdge.start(redis, CONFIGURATION);
  });
  afterAll(() => off.stop());

  it.each([
    ["POST", "/bulk", { authorization: "sdk-1" }],
    ["POST", "/mobile", { authorization: "mob-1" }],
    ["POST", "/events/bulk/env-1", {}],
    ["GET", "/a/env-1.gif?d=W10=", {}],
  ])("%s %s is answered with 503", async (method, path, headers: Record<string, string>) => {
    const response = await off.request(path, { method, headers, ...(method === "POST" && { body: EVENTS }) });
    expect(response.status).toBe(503);
    expect(await response.text()).toBe('{"message":"Event proxy is not enabled for this environment"}');
    expect(off.metrics.values.get("event_payloads_refused_total{Test,disabled}")).toBeGreaterThan(0);
  });
});

it("says that events are off, at start and when an SDK sends the first, and no more", async () => {
  const off = await RunningEdge.start(redis, CONFIGURATION);
  try {
    const said = (event: string) =>
      off.log.lines.filter((line) => line.includes(`"event":"${event}"`)).length;
    expect([said("events.off"), said("events.off.refused")]).toEqual([1, 0]);
    for (const path of ["/bulk", "/diagnostic"])
      await off.request(path, { method: "POST", headers: { authorization: "sdk-1" }, body: EVENTS });
    expect([said("events.off"), said("events.off.refused")]).toEqual([1, 1]);
  } finally {
    await off.stop();
  }
});

it("refuses no more than the kind of which too much is parked", async () => {
  // An environment may have 10 MiB, 8 of them parked: what is posted here while waiting must not fill the queue.
  const limits = "[Events]\nsendEvents = true\nmaxQueueBytes = 20MiB\nmaxQueueShare = 0.5\n";
  const edge = await RunningEdge.start(redis, `${CONFIGURATION}${limits}`);
  const post = (path: string, authorization: string) =>
    edge.request(path, { method: "POST", headers: { authorization }, body: EVENTS });
  try {
    await edge.parkedBytes("Test", "mobile-analytics", 9 * 1024 * 1024);
    await until("mobile events are refused", async () => (await post("/mobile", "mob-1")).status === 503);
    const refused = await post("/mobile", "mob-1");
    expect(await refused.json()).toEqual({
      message: expect.stringContaining("is not accepting such events"),
    });
    expect(refused.headers.get("retry-after")).toBe("30");
    expect(edge.metrics.values.get("event_payloads_refused_total{Test,parked_full}")).toBeGreaterThan(0);
    for (const path of ["/bulk", "/diagnostic"]) expect((await post(path, "sdk-1")).status).toBe(202);
    await edge.parkedBytes("Test", "mobile-analytics", 7 * 1024 * 1024);
    await until("mobile events are taken again", async () => (await post("/mobile", "mob-1")).status === 202);
  } finally {
    await edge.parkedBytes("Test", "mobile-analytics", 0);
    await edge.stop();
  }
});

describe("when the queue is full", () => {
  let small: RunningEdge;
  beforeAll(async () => {
    const limits = "[Events]\nsendEvents = true\nmaxQueueBytes = 200KiB\nmaxQueueShare = 0.5\n";
    small = await RunningEdge.start(redis, `${CONFIGURATION}${limits}`);
  });
  afterAll(() => small.stop());
  const fill = async (key: string) =>
    until(`the queue of ${key} is full`, async () => {
      const response = await small.request("/bulk", {
        method: "POST",
        headers: { authorization: key },
        body: `["${"x".repeat(20_000)}"]`,
      });
      return response.status === 503;
    });
  const answerTo = (authorization: string) =>
    small.request("/bulk", { method: "POST", headers: { authorization }, body: EVENTS });

  it("SDKs are told to come back later, others not before all queues are, and room is found again", async () => {
    await fill("sdk-1");
    const response = await answerTo("sdk-1");
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "30"]);
    expect(await response.json()).toEqual({ message: expect.stringContaining("too many events are queued") });
    expect(small.metrics.values.get("event_payloads_refused_total{Test,queue_full}")).toBeGreaterThan(0);
    expect((await answerTo("sdk-2")).status).toBe(202);

    await redis.client((client) => client.flushall());
    await until("there is room again", async () => (await answerTo("sdk-1")).status === 202);
  });

  it("another edge learns of it", async () => {
    await fill("sdk-1");
    const other = await RunningEdge.start(
      redis,
      `${CONFIGURATION}[Events]\nsendEvents = true\nmaxQueueBytes = 200KiB\n`,
    );
    try {
      const post = () =>
        other.request("/bulk", { method: "POST", headers: { authorization: "sdk-1" }, body: "[]" });
      // Nothing else is answered like this, while Redis is not connected yet, either.
      await until(
        "the other edge refuses, too",
        async () => (await post()).headers.get("retry-after") === "30",
      );
    } finally {
      await other.stop();
    }
  });
});
