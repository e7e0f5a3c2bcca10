import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { ask, askRaw, type Question } from "../../support/http.ts";
import { leaks } from "../../support/leaks.ts";
import { stopAll } from "../../support/relay-process.ts";
import { openSse } from "../../support/sse.ts";
import { EVENT_POSTS, KEYS, type KnownEdge, ODD_FLAG, SERVER_GETS, startKnownEdge } from "./known-edge.ts";

const TEXT = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };
const NO_SUCH_PAGE = { status: 404, body: "404 page not found\n", headers: TEXT };
const NO_SUCH_METHOD = { status: 405, body: "" };
const UNKNOWN_KEY = {
  status: 401,
  body: "Relay Proxy does not recognize the client credential (missing or invalid Authorization header)",
  headers: TEXT,
};
const UNKNOWN_FILTER = {
  status: 404,
  body: "Relay Proxy recognizes the provided credential, but the payload filter was not found",
  headers: TEXT,
};
const NO_DATA_YET = { status: 503, body: "client was not initialized", headers: TEXT };

let edge: KnownEdge;

beforeAll(async () => {
  edge = await startKnownEdge();
});
afterAll(async () => {
  await edge[Symbol.asyncDispose]();
  await stopAll();
});

describe("an unknown path", () => {
  it.each([
    ["GET", "/"],
    ["GET", "/nothing"],
    ["POST", "/nothing"],
    ["OPTIONS", "/nothing"],
    ["GET", "/all/more"],
    ["GET", "/ALL"],
    ["GET", "/sdk"],
    ["GET", "/sdk/flags/a/b"],
    ["GET", "/sdk/latest-flags"],
  ])("%s %s is 404", async (method, path) => {
    expect(await ask(edge.url, path, { method, headers: { Authorization: KEYS.known } })).toMatchObject(
      NO_SUCH_PAGE,
    );
  });

  it("is 404 for HEAD, too, without the body", async () => {
    expect(await ask(edge.url, "/nothing", { method: "HEAD" })).toMatchObject({ ...NO_SUCH_PAGE, body: "" });
  });
});

describe("a known path with another method", () => {
  const refused = [
    ...SERVER_GETS.flatMap((path) =>
      ["HEAD", "OPTIONS", "POST", "PUT", "DELETE", "REPORT"].map((m) => [m, path]),
    ),
    ...EVENT_POSTS.flatMap((path) => ["GET", "HEAD", "OPTIONS", "PUT"].map((method) => [method, path])),
    ...["HEAD", "OPTIONS", "POST"].map((method) => [method, "/status"]),
    ...["OPTIONS", "POST", "HEAD"].flatMap((method) => [
      [method, "/sdk/poll"],
      [method, "/sdk/stream"],
    ]),
  ];
  it.each(refused)("%s %s is 405 without a body, whoever asks", async (method, path) => {
    for (const headers of [{ Authorization: KEYS.known }, { Authorization: KEYS.unknown }, {}]) {
      const answer = await ask(edge.url, path ?? "", { method: method ?? "", headers });
      expect(answer).toMatchObject(NO_SUCH_METHOD);
      expect(answer.headers).not.toHaveProperty("allow");
      expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
    }
  });
});

describe("the credential", () => {
  const everywhere = [
    ...SERVER_GETS.map((path) => ({ method: "GET", path })),
    ...EVENT_POSTS.map((path) => ({ method: "POST", path, body: "[]" })),
  ];
  it.each(everywhere)("is needed for $method $path", async ({ path, ...question }) => {
    const withKey = (authorization: string | undefined, query = "") =>
      ask(edge.url, path + query, {
        ...question,
        headers: authorization === undefined ? {} : { Authorization: authorization },
      });
    for (const malformed of [
      undefined,
      "",
      `Bearer ${KEYS.known}`,
      `API_KEY ${KEYS.known}`,
      `${KEYS.known} x`,
    ])
      expect(await withKey(malformed)).toMatchObject({ status: 401, body: "" });
    for (const unknown of [
      KEYS.unknown,
      `api_key ${KEYS.unknown}`,
      KEYS.mobile,
      "client-side-id",
      "__proto__",
    ])
      expect(await withKey(unknown)).toMatchObject(UNKNOWN_KEY);
    expect(await withKey(KEYS.known, "?filter=unknown")).toMatchObject(UNKNOWN_FILTER);
    expect(await withKey(KEYS.unknown, "?filter=unknown")).toMatchObject(UNKNOWN_KEY);
    expect(await withKey(undefined, "?filter=unknown")).toMatchObject({ status: 401, body: "" });
    expect((await withKey(KEYS.withoutData, "?filter=unknown")).status).toBe(404);
  });

  it.each(SERVER_GETS)("of an environment without data gets 503 from %s", async (path) => {
    expect(await edge.get(path, { Authorization: KEYS.withoutData })).toMatchObject(NO_DATA_YET);
  });

  it.each([KEYS.known, `api_key ${KEYS.known}`, `api_key  ${KEYS.known} `])(
    "may be written %j",
    async (Authorization) => {
      expect(await edge.get("/sdk/flags/odd", { Authorization })).toMatchObject({
        status: 200,
        body: ODD_FLAG,
      });
      expect(await edge.get("/sdk/flags/odd?filter=", { Authorization })).toMatchObject({
        status: 200,
        body: ODD_FLAG,
      });
      const stream = await openSse(`${edge.url}/all?filter=`, { headers: { Authorization } });
      await stream.waitFor("put");
      stream.close();
    },
  );
});

describe("doubled and trailing slashes", () => {
  it.each(["//sdk/latest-all", "/sdk/latest-all/", "///sdk//latest-all//", "/sdk/flags/"])(
    "GET %s is served, not redirected",
    async (path) => {
      const answer = await edge.get(path);
      expect(answer.status).toBe(200);
      expect(answer.headers).not.toHaveProperty("location");
    },
  );

  it.each(["//all", "/all/", "//flags"])("GET %s streams", async (path) => {
    const stream = await openSse(`${edge.url}${path}`, { headers: { Authorization: KEYS.known } });
    expect(stream.status).toBe(200);
    await stream.waitFor("put");
    stream.close();
  });

  it.each(["//bulk", "/bulk/", "//diagnostic"])("POST %s keeps its body", async (path) => {
    edge.deployment.ld.events.clear();
    const body = '[{"kind":"custom"}]';
    const headers = {
      Authorization: KEYS.known,
      "Content-Type": "application/json",
      "X-LaunchDarkly-Event-Schema": "4",
    };
    expect(await ask(edge.url, path, { method: "POST", headers, body })).toMatchObject({
      status: 202,
      body: "",
    });
    const [post] = await eventually("it to arrive", () => {
      const { accepted } = edge.deployment.ld.events;
      return accepted.length > 0 && accepted;
    });
    expect(post?.rawBody.toString()).toBe(body);
  });

  it.each(["//status", "/status/", "/../status", "//healthz"])("GET %s is served", async (path) => {
    expect((await ask(edge.url, path)).status).toBe(200);
  });
});

describe("the connection", () => {
  it("takes headers of 1 MiB, and answers 431 to what is too long", async () => {
    const tags = (bytes: number): Question["headers"] => ({ "X-LaunchDarkly-Tags": "x".repeat(bytes) });
    expect((await edge.get("/sdk/flags", tags(1_040_000))).status).toBe(200);
    expect((await edge.get(`/sdk/flags?x=${"x".repeat(1_040_000)}`)).status).toBe(200);
    const { status, headers } = await edge.get("/sdk/flags", tags(1_060_000));
    expect([status, headers["access-control-allow-origin"]]).toEqual([431, "*"]);
  });

  it("is kept alive for longer than load balancers keep it idle: Envoy an hour, AWS up to 4,000 s", async () => {
    const { headers } = await edge.get("/sdk/flags", { Connection: "keep-alive" });
    const seconds = Number(/timeout=(\d+)/.exec(String(headers["keep-alive"]))?.[1]);
    expect(seconds).toBeGreaterThan(4_000);
  });

  it("may be one of HTTP/1.0 behind nginx, for a stream and a poll", async () => {
    const head = `HTTP/1.0\r\nHost: relay\r\nConnection: close\r\nAuthorization: ${KEYS.known}\r\n\r\n`;
    const stream = await askRaw(edge.url, `GET /all ${head}`, (text) => /event: put\n.*\n\n/.test(text));
    expect(stream).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(stream).toMatch(/\r\nConnection: close\r\n/i);
    expect(stream).not.toMatch(/transfer-encoding/i);
    expect(stream).toMatch(/\r\n\r\nevent: put\ndata: \{"path":"\/","data":\{"flags":/);
    const poll = await askRaw(edge.url, `GET /sdk/flags/odd ${head}`, () => false);
    expect(poll).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(poll.endsWith(`\r\n\r\n${ODD_FLAG}`)).toBe(true);
  });

  it("may be one of HTTP/1.0 without a Host, as health checkers have it", async () => {
    expect(await askRaw(edge.url, "GET /status HTTP/1.0\r\n\r\n", () => false)).toMatch(
      /^HTTP\/1\.1 200 OK\r\n/,
    );
  });

  it("may offer HTTP/2, as Java's client does, and gets its answer over HTTP/1.1", async () => {
    const upgrade = {
      Connection: "Upgrade, HTTP2-Settings",
      Upgrade: "h2c",
      "HTTP2-Settings": "AAMAAABkAAQAAP__",
    };
    expect(await edge.get("/sdk/flags/odd", upgrade)).toMatchObject({ status: 200, body: ODD_FLAG });
    const stream = await openSse(`${edge.url}/all`, { headers: { Authorization: KEYS.known, ...upgrade } });
    expect(stream.status).toBe(200);
    await stream.waitFor("put");
    stream.close();
  });

  it.each(["ld_relay:8030", "relay.svc.cluster.local.:8030", "RELAY.Example", "[::1]:8030", ""])(
    "may be to the host %j",
    async (Host) => {
      expect(await edge.get("/sdk/flags/odd", { Host })).toMatchObject({ status: 200, body: ODD_FLAG });
    },
  );

  it("may ask with a whole URL, as through a proxy", async () => {
    expect(
      await ask(edge.url, `${edge.url}/sdk/flags/odd`, { headers: { Authorization: KEYS.known } }),
    ).toMatchObject({
      body: ODD_FLAG,
    });
  });
});

it("no process logs a credential, not even at level debug", () => {
  expect(leaks(edge.deployment.output, Object.values(KEYS))).toEqual([]);
});
