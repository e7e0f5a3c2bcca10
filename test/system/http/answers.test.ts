import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { ask } from "../../support/http.ts";
import { leaks } from "../../support/leaks.ts";
import { stopAll } from "../../support/relay-process.ts";
import { openSse } from "../../support/sse.ts";
import { KEYS, type KnownEdge, ODD_FLAG, ODD_KEYS, startKnownEdge } from "./known-edge.ts";

const NO_SUCH_METHOD = { status: 405, body: "" };

let edge: KnownEdge;

beforeAll(async () => {
  edge = await startKnownEdge();
});
afterAll(async () => {
  await edge[Symbol.asyncDispose]();
  await stopAll();
});

describe("PHP's routes", () => {
  it("give the flag map without deleted flags, single items, and raw text", async () => {
    const { body, headers } = await edge.get("/sdk/flags");
    const flags = JSON.parse(body) as Record<string, unknown>;
    expect(Object.keys(flags).sort()).toEqual(["odd", ...ODD_KEYS].sort());
    expect(body).toContain(ODD_FLAG);
    expect(headers).toMatchObject({ "content-type": "application/json", "x-ld-envid": "env-known" });
    expect(await edge.get("/sdk/flags/odd")).toMatchObject({ status: 200, body: ODD_FLAG });
    expect(JSON.parse((await edge.get("/sdk/segments/beta")).body)).toMatchObject({
      key: "beta",
      deleted: false,
    });
    expect((await edge.get("/sdk/segments/a%20b")).status).toBe(200);
  });

  it.each(ODD_KEYS)("find the key %s", async (key) => {
    const { status, body } = await edge.get(`/sdk/flags/${encodeURIComponent(key)}`);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ key, variations: [key] });
  });

  it.each([
    "/sdk/flags/unknown",
    "/sdk/flags/gone",
    "/sdk/segments/odd",
    "/sdk/flags/toString",
    "/sdk/flags/%zz",
  ])("answer %s with 404 and nothing else", async (path) => {
    const answer = await edge.get(path);
    expect(answer).toMatchObject({ status: 404, body: "" });
    expect(answer.headers).not.toHaveProperty("etag");
  });
});

describe("polls", () => {
  const polls = ["/sdk/latest-all", "/sdk/flags", "/sdk/flags/odd", "/sdk/segments/beta"];

  it.each(polls)("%s answers 304 to every form of If-None-Match that names its tag", async (path) => {
    const first = await edge.get(path);
    const etag = first.headers.etag ?? "";
    expect(etag).toMatch(/^"[^"]+"$/);
    const bare = etag.slice(1, -1);
    for (const same of [etag, bare, `W/${etag}`, "*", `"other", ${etag}`, `"other",W/${etag}`]) {
      const answer = await edge.get(path, { "If-None-Match": same });
      expect(answer).toMatchObject({ status: 304, body: "", headers: { etag, "x-ld-envid": "env-known" } });
      expect(answer.headers).not.toHaveProperty("content-type");
    }
    for (const other of ['"other"', "", bare.slice(1), `"${bare}x"`])
      expect(await edge.get(path, { "If-None-Match": other })).toMatchObject({
        status: 200,
        body: first.body,
      });
  });

  it.each(polls.slice(1))("%s says how long PHP may keep it, with 200 and 304", async (path) => {
    const first = await edge.get(path);
    const again = await edge.get(path, { "If-None-Match": first.headers.etag });
    expect(again.status).toBe(304);
    for (const { headers } of [first, again]) {
      expect(headers.vary).toBe("Authorization");
      expect(Math.abs(Date.parse(headers.expires ?? "") - Date.now() - 60_000)).toBeLessThan(5_000);
      expect(headers).not.toHaveProperty("cache-control");
    }
  });

  it("of server SDKs have no time to live", async () => {
    const { headers } = await edge.get("/sdk/latest-all");
    expect(headers).not.toHaveProperty("expires");
    expect(headers).not.toHaveProperty("vary");
  });
});

describe("FDv2", () => {
  const client = [
    "/sdk/poll/eval",
    "/sdk/stream/eval",
    "/sdk/poll/eval/eyJrZXkiOiJ1In0",
    "/sdk/stream/eval/eyJrZXkiOiJ1In0",
  ];

  it.each(["/sdk/poll", "/sdk/stream"])("GET %s sends SDKs back to the first", async (path) => {
    for (const headers of [{}, { Authorization: KEYS.known }, { Authorization: KEYS.unknown }]) {
      const answer = await ask(edge.url, `${path}?basis=x`, { headers });
      expect(answer).toMatchObject({ status: 404, body: "", headers: { "x-ld-fd-fallback": "true" } });
      expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
    }
  });

  it.each(client)("%s sends browsers back, which may read so", async (path) => {
    for (const method of ["GET", "POST", "REPORT"])
      expect(
        await ask(edge.url, `${path}?auth=client-side-id`, { method, body: method === "GET" ? "" : "{}" }),
      ).toMatchObject({
        status: 404,
        body: "",
        headers: {
          "x-ld-fd-fallback": "true",
          "access-control-allow-origin": "*",
          "access-control-expose-headers": expect.stringContaining("X-LD-FD-Fallback"),
        },
      });
    expect(
      await ask(edge.url, path, { method: "OPTIONS", headers: { Origin: "https://shop.example" } }),
    ).toMatchObject({
      status: 200,
      body: "",
      headers: {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": expect.stringContaining("REPORT"),
        "access-control-allow-headers": expect.stringContaining("X-LaunchDarkly-Instance-Id"),
      },
    });
  });
});

describe("/status", () => {
  it("has the shape that operators' tools know, and shows no credential", async () => {
    const { status, headers, body } = await eventually(
      "the refused key and the first changes to be known",
      async () => {
        const answer = await ask(edge.url, "/status");
        return answer.body.includes('"OFF"') && !answer.body.includes('"INITIALIZING"') && answer;
      },
    );
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("application/json");
    const since = expect.any(Number);
    expect(JSON.parse(body)).toEqual({
      environments: {
        Known: {
          sdkKey: expect.stringMatching(/^sdk-.*\*.*56789$/),
          envId: "client-side-id",
          mobileKey: expect.stringMatching(/^mob-.*\*.*56789$/),
          status: "connected",
          connectionStatus: { state: "VALID", stateSince: since },
          changesStatus: { state: "VALID", stateSince: since },
          dataStoreStatus: {
            state: "VALID",
            stateSince: since,
            database: "redis",
            dbServer: edge.deployment.redis.url,
            dbPrefix: "launchdarkly-known",
          },
        },
        "Without Data": {
          sdkKey: expect.stringMatching(/^sdk-.*\*.*56789$/),
          status: "disconnected",
          connectionStatus: {
            state: "OFF",
            stateSince: since,
            lastError: { kind: "ERROR_RESPONSE", time: since },
          },
          changesStatus: {
            state: "INTERRUPTED",
            stateSince: since,
            reason: { code: "claim.missing", message: expect.any(String) },
          },
          dataStoreStatus: expect.objectContaining({ state: "VALID", dbPrefix: "launchdarkly-without-data" }),
        },
      },
      status: "degraded",
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      clientVersion: expect.any(String),
    });
    for (const secret of [KEYS.known, KEYS.mobile, KEYS.withoutData]) expect(body).not.toContain(secret);
  });
});

describe("the probes on the main port", () => {
  it.each(["/healthz", "/readyz"])("%s answers GET and HEAD, and nothing else", async (path) => {
    await eventually("readiness", async () => (await ask(edge.url, path)).status === 200);
    expect((await ask(edge.url, path)).headers).toMatchObject({
      "content-type": "application/json",
      "cache-control": "no-store",
    });
    expect(await ask(edge.url, path, { method: "HEAD" })).toMatchObject({ status: 200, body: "" });
    expect(await ask(edge.url, path, { method: "POST" })).toMatchObject(NO_SUCH_METHOD);
  });
});

describe("a stream's head", () => {
  it.each(["/all", "/flags"])(
    "of %s is as the original's, but says that the connection ends with it",
    async (path) => {
      const stream = await openSse(edge.url + path, {
        headers: { Authorization: KEYS.known, "Accept-Encoding": "gzip" },
      });
      expect(stream.status).toBe(200);
      expect(stream.headers).toMatchObject({
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache, no-store, must-revalidate",
        connection: "close",
        "access-control-allow-origin": "*",
        "x-accel-buffering": "no",
        "x-ld-envid": "env-known",
        "transfer-encoding": "chunked",
      });
      expect(stream.headers).not.toHaveProperty("content-encoding");
      const { data } = await stream.waitFor("put");
      expect(Object.keys(JSON.parse(data))).toEqual(
        path === "/all" ? ["path", "data"] : expect.arrayContaining(["odd"]),
      );
      stream.close();
    },
  );
});

it("no process logs a credential, not even at level debug", () => {
  expect(leaks(edge.deployment.output, Object.values(KEYS))).toEqual([]);
});
