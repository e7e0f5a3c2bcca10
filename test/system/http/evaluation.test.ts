import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import type { Answer } from "../../support/http.ts";
import { stopAll } from "../../support/relay-process.ts";
import { openSse } from "../../support/sse.ts";
import {
  type ClientSideEdge,
  KNOWN,
  SECURE,
  startClientSideEdge,
  UNKNOWN,
  WITHOUT_DATA,
} from "./client-side-edge.ts";

const MAX_BODY_BYTES = 5 * 1024 * 1024;
const USER = { kind: "user", key: "u" };
const JSON_TYPE = { "content-type": "application/json" };
const message = (text: string) => JSON.stringify({ message: text });
const NOT_BASE64 = {
  status: 400,
  body: message("context part of URL path did not decode as valid base64"),
  headers: JSON_TYPE,
};
const BAD_CONTEXT = {
  status: 400,
  body: message("context part of URL path did not decode to valid evaluation context as JSON"),
  headers: JSON_TYPE,
};
const NOT_SIGNED = {
  status: 400,
  body: message("Environment is in secure mode, and context hash does not match."),
  headers: JSON_TYPE,
};
const NOT_JSON = { status: 415, body: "Content-Type must be application/json." };

let edge: ClientSideEdge;

beforeAll(async () => {
  edge = await startClientSideEdge();
});
afterAll(async () => {
  await edge[Symbol.asyncDispose]();
  await stopAll();
});

const base64 = (context: unknown): string =>
  Buffer.from(typeof context === "string" ? context : JSON.stringify(context)).toString("base64url");

/** What browsers, mobile SDKs and server-side SDKs ask for, and with what. */
const CLIENTS = {
  browser: {
    get: `/sdk/evalx/${KNOWN.envId}/contexts/`,
    report: `/sdk/evalx/${KNOWN.envId}/context`,
    headers: {},
  },
  mobile: {
    get: "/msdk/evalx/contexts/",
    report: "/msdk/evalx/context",
    headers: { Authorization: `api_key ${KNOWN.mobileKey}` },
  },
  server: {
    get: "/sdk/evalx/contexts/",
    report: "/sdk/evalx/context",
    headers: { Authorization: KNOWN.sdkKey },
  },
};
type Client = keyof typeof CLIENTS;
const EVERYBODY = Object.keys(CLIENTS) as Client[];
const ofAll = (context: unknown, query = "", headers = {}) => ({
  get: (client: Client) =>
    edge.ask(CLIENTS[client].get + base64(context) + query, {
      headers: { ...CLIENTS[client].headers, ...headers },
    }),
  report: (client: Client) =>
    report(CLIENTS[client].report + query, context, { ...CLIENTS[client].headers, ...headers }),
});
const report = (path: string, context: unknown, headers = {}): Promise<Answer> =>
  edge.ask(path, {
    method: "REPORT",
    headers: { "Content-Type": "application/json", ...headers },
    body: typeof context === "string" ? context : JSON.stringify(context),
  });
const get = (context: unknown, query = "", headers = {}) => ofAll(context, query, headers).get("browser");
const results = (answer: Answer): Record<string, { value: unknown; reason?: unknown }> => {
  expect(answer.status).toBe(200);
  return JSON.parse(answer.body);
};

describe("the results", () => {
  it.each([
    ["browser", ["beta", "browser", "everywhere"]],
    ["mobile", ["beta", "everywhere", "mobile"]],
    ["server", ["beta", "browser", "everywhere", "mobile", "server"]],
  ] as const)("are for a %s of the flags that it may see, by GET and by REPORT", async (client, keys) => {
    const asked = await ofAll(USER).get(client);
    expect(Object.keys(results(asked)).sort()).toEqual(keys);
    expect(await ofAll(USER).report(client)).toMatchObject({ status: 200, body: asked.body });
    expect(asked.headers).toMatchObject({
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(asked.body)),
      "cache-control": "private, no-cache",
      "x-ld-envid": KNOWN.envId,
      vary: client === "browser" ? "Origin" : "Authorization",
    });
    expect(asked.headers).not.toHaveProperty("transfer-encoding");
  });

  it("have what SDKs report in their events, and reasons only if exactly they are asked for", async () => {
    const entry = { value: true, variation: 0, version: 3, flagVersion: 3, trackEvents: true };
    for (const query of [
      "",
      "?withReasons=false",
      "?withReasons=1",
      "?withReasons=TRUE",
      "?withReasons",
      "?x=true",
    ])
      expect(results(await get(USER, query)).everywhere).toEqual(entry);
    for (const query of ["?withReasons=true", "?x=1&withReasons=true&withReasons=false"])
      expect(results(await get(USER, query)).everywhere).toEqual({
        ...entry,
        reason: { kind: "FALLTHROUGH" },
      });
  });

  it.each(EVERYBODY)("are of the context that was asked about, for a %s", async (client) => {
    const beta = async (context: object) => results(await ofAll(context).get(client)).beta?.value;
    expect(await beta({ kind: "user", key: "tester" })).toBe(true);
    expect(await beta({ key: "tester", custom: { a: 1 } })).toBe(true);
    expect(await beta({ kind: "multi", org: { key: "o" }, user: { key: "tester" } })).toBe(true);
    expect(await beta({ kind: "org", key: "tester" })).toBe(false);
    expect(await beta(USER)).toBe(false);
  });

  it("are those of the newest data", async () => {
    const value = async () => results(await get({ kind: "user", key: "live" })).browser?.value;
    expect(await value()).toBe(true);
    expect(await value()).toBe(true);
    expect(await value()).toBe(true);
    edge.known.change("flags", "browser", { on: false });
    await eventually("the change", async () => (await value()) === false);
    edge.known.change("flags", "browser", { on: true });
    await eventually("the change back", async () => (await value()) === true);
  });
});

describe("a path in its usual form, and one that only means the same,", () => {
  it.each(["browser", "mobile"] as const)("give a %s the same answer, good or bad", async (client) => {
    const { get: path, headers: credential } = CLIENTS[client];
    const headers = { ...credential, Origin: "https://page.example" };
    const { etag } = (await edge.ask(path + base64(USER), { headers })).headers;
    const questions = [
      base64(USER),
      base64({ key: "" }),
      base64("{"),
      "a",
      "e30",
      `${base64(USER)}?withReasons=true`,
    ];
    for (const question of questions)
      for (const conditional of [{}, { "If-None-Match": etag }]) {
        const [usual, meant] = await Promise.all(
          [path, `/${path}`].map(async (way) => {
            const answer = await edge.ask(way + question, { headers: { ...headers, ...conditional } });
            return { ...answer, headers: { ...answer.headers, date: "" } };
          }),
        );
        expect(meant).toEqual(usual);
      }
  });
});

describe("the context in a path", () => {
  const ODD = { kind: "user", key: "böb>>>???~~~" };
  const odd = Buffer.from(JSON.stringify(ODD));
  const standard = odd.toString("base64");

  it("may be written in every way of base64", async () => {
    expect(standard).toMatch(/\+.*\/|\/.*\+/);
    const url = odd.toString("base64url");
    const padded = url.padEnd(Math.ceil(url.length / 4) * 4, "=");
    const ways = [
      url,
      padded,
      standard,
      standard.replace(/=+$/, ""),
      encodeURIComponent(standard),
      `${url}%0A`,
    ];
    const expected = results(await get(ODD));
    for (const one of ways)
      for (const path of [`/sdk/evalx/${KNOWN.envId}/contexts/`, `/sdk/evalx/${KNOWN.envId}/users/`])
        expect(results(await edge.ask(path + one))).toEqual(expected);
    const headers = { Authorization: KNOWN.mobileKey };
    for (const one of ways)
      expect(results(await edge.ask(`/msdk/evalx/contexts/${one}`, { headers }))).toHaveProperty("mobile");
    headers.Authorization = KNOWN.sdkKey;
    for (const one of ways)
      expect(results(await edge.ask(`/sdk/evalx/users/${one}`, { headers }))).toHaveProperty("server");
  });

  it("may be so on the paths of streams, too", async () => {
    for (const one of [standard, encodeURIComponent(standard)])
      for (const [path, headers] of [
        [`/eval/${KNOWN.envId}/`, {}],
        ["/meval/", { Authorization: KNOWN.mobileKey }],
      ] as const) {
        const stream = await openSse(edge.url + path + one, { headers });
        expect(stream.status).toBe(200);
        stream.close();
      }
  });

  const paths = [
    [`/sdk/evalx/${KNOWN.envId}/contexts/`, {}],
    [`/eval/${KNOWN.envId}/`, {}],
    ["/msdk/evalx/users/", { Authorization: KNOWN.mobileKey }],
    ["/meval/", { Authorization: KNOWN.mobileKey }],
    ["/sdk/evalx/contexts/", { Authorization: KNOWN.sdkKey }],
  ] as const;

  it.each(paths)("of %s must be base64", async (path, headers) => {
    for (const wrong of ["@@@", "a", "abcde", "ab=", "a=b=", "%zz", "e30*", "ключ", "%F0%9F"])
      expect(await edge.ask(path + (wrong === "ключ" ? encodeURI(wrong) : wrong), { headers })).toMatchObject(
        NOT_BASE64,
      );
  });

  it.each(paths)("of %s must be a context", async (path, headers) => {
    for (const wrong of [
      "",
      "{",
      "[]",
      "null",
      '"u"',
      "{}",
      '{"key":1}',
      '{"kind":"user"}',
      '{"kind":null,"key":"u"}',
    ])
      if (wrong !== "") expect(await edge.ask(path + base64(wrong), { headers })).toMatchObject(BAD_CONTEXT);
    expect(await edge.ask(path + base64({ key: "" }), { headers })).toMatchObject({
      status: 400,
      body: message("User must have a 'key' attribute"),
      headers: JSON_TYPE,
    });
  });

  it("may be as long as 500 KiB, and is answered with 431 where the request takes more than 1 MiB", async () => {
    const long = (bytes: number) => get({ ...USER, note: "x".repeat(bytes) });
    expect((await long(500 * 1024)).status).toBe(200);
    expect((await long(800 * 1024)).status).toBe(431);
  });

  it("lets pages read what was wrong with it", async () => {
    const answer = await edge.ask(`/sdk/evalx/${KNOWN.envId}/contexts/@`, {
      headers: { Origin: "https://a.b" },
    });
    expect(answer.headers).toMatchObject({ "access-control-allow-origin": "https://a.b", vary: "Origin" });
  });
});

describe("the context in a body", () => {
  const evalx = `/sdk/evalx/${KNOWN.envId}/user`;

  it.each([
    "application/json",
    "application/json;charset=utf-8",
    "application/json ; charset=UTF-8",
    "Application/JSON",
  ])("may be said to be %s", async (type) => {
    expect((await report(evalx, USER, { "Content-Type": type })).status).toBe(200);
  });

  it.each(["text/plain", "application/jsonx", "application/x-www-form-urlencoded", ""])(
    "must not be said to be %j",
    async (type) => {
      for (const path of [evalx, `/eval/${KNOWN.envId}`])
        expect(await report(path, USER, { "Content-Type": type })).toMatchObject(NOT_JSON);
    },
  );

  it("must be one", async () => {
    const paths = [
      [evalx, {}],
      [`/eval/${KNOWN.envId}`, {}],
      ["/msdk/evalx/context", { Authorization: KNOWN.mobileKey }],
      ["/meval", { Authorization: KNOWN.mobileKey }],
      ["/sdk/evalx/user", { Authorization: KNOWN.sdkKey }],
    ] as const;
    for (const [path, headers] of paths)
      for (const wrong of ["", "{", "[]", '{"key":""}', '{"kind":"user","key":""}', '{"key":"u","name":1}']) {
        const answer = await report(path, wrong, headers);
        expect(answer).toMatchObject({ status: 400, headers: JSON_TYPE });
        expect(JSON.parse(answer.body)).toEqual({ message: expect.stringMatching(/./) });
      }
  });

  it("may have 5 MiB, and is refused beyond, whether it says so or not", async () => {
    const ofBytes = (bytes: number) => {
      const start = '{"kind":"user","key":"u","note":"';
      return `${start}${"x".repeat(bytes - start.length - 2)}"}`;
    };
    expect((await report(evalx, ofBytes(MAX_BODY_BYTES))).status).toBe(200);
    for (const headers of [{}, { "Transfer-Encoding": "chunked" }])
      for (const path of [evalx, `/eval/${KNOWN.envId}`])
        expect(
          await report(path, ofBytes(MAX_BODY_BYTES + 1), { ...headers, Origin: "https://a.b" }),
        ).toMatchObject({
          status: 413,
          body: message("body is larger than maxClientRequestBodySize"),
          headers: { ...JSON_TYPE, "access-control-allow-origin": "https://a.b" },
        });
  });

  it("is a stream's, too, which sends its first event", async () => {
    const stream = await openSse(`${edge.url}/eval/${KNOWN.envId}`, {
      method: "REPORT",
      headers: { "Content-Type": "application/json; charset=utf-8" },
      body: JSON.stringify(USER),
    });
    expect(stream.status).toBe(200);
    await stream.waitFor("ping");
    stream.close();
  });
});

describe("the tag of results", () => {
  it.each(EVERYBODY.flatMap((client) => (["get", "report"] as const).map((way) => [client, way] as const)))(
    "saves a %s what it has, by %s",
    async (client, way) => {
      const { etag } = (await ofAll(USER)[way](client)).headers;
      expect(etag).toMatch(/^"[\w-]+"$/);
      // Also those that are asked for again and again, and come from what was kept.
      for (let time = 0; time < 3; time++) {
        for (const same of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
          const answer = await ofAll(USER, "", { "If-None-Match": same })[way](client);
          expect(answer).toMatchObject({
            status: 304,
            body: "",
            headers: { etag, "x-ld-envid": KNOWN.envId, "cache-control": "private, no-cache" },
          });
          expect(answer.headers).not.toHaveProperty("content-type");
        }
        const other = await ofAll(USER, "", { "If-None-Match": '"x"' })[way](client);
        expect(other).toMatchObject({ status: 200, headers: { etag } });
      }
    },
  );

  it("is another for every other question", async () => {
    const contexts = [USER, { ...USER, a: 1 }, { ...USER, a: 2 }, { kind: "org", key: "u" }, { key: "u" }];
    const answers = await Promise.all(
      contexts.flatMap((context) =>
        ["", "?withReasons=true"].flatMap((query) =>
          EVERYBODY.map((client) => ofAll(context, query).get(client)),
        ),
      ),
    );
    expect(new Set(answers.map(({ headers }) => headers.etag)).size).toBe(contexts.length * 2 * 3);
  });

  it("changes with a flag and with a segment that a flag asks for, and not with what nobody sees", async () => {
    const tag = async () => (await get(USER)).headers.etag;
    const serverTag = async () => (await ofAll(USER).get("server")).headers.etag;
    const before = { browser: await tag(), server: await serverTag() };
    edge.known.change("segments", "testers", { included: ["tester", "more"] });
    await eventually("another tag", async () => (await tag()) !== before.browser);
    const between = { browser: await tag(), server: await serverTag() };
    edge.known.change("flags", "server", { on: false });
    await eventually("another tag", async () => (await serverTag()) !== between.server);
    expect(await tag()).toBe(between.browser);
    edge.known.change("flags", "browser", { trackEvents: true });
    await eventually("another tag", async () => (await tag()) !== between.browser);
  });
});

describe("secure mode", () => {
  const sign = (message: string, key = SECURE.sdkKey) =>
    createHmac("sha256", key).update(message).digest("hex");
  const MULTI = { kind: "multi", user: { key: "u%" }, org: { key: "a:b" } };
  const SIGNED: [object, string][] = [
    [USER, "u"],
    [{ ...USER, more: true }, "u"],
    [{ key: "u" }, "u"],
    [{ kind: "org", key: "u" }, "org:u"],
    [MULTI, "org:a%3Ab:user:u%25"],
  ];
  const ask = (context: object, query: string) => [
    edge.ask(`/sdk/evalx/${SECURE.envId}/contexts/${base64(context)}${query}`),
    edge.ask(`/sdk/evalx/${SECURE.envId}/users/${base64(context)}${query}`),
    report(`/sdk/evalx/${SECURE.envId}/context${query}`, context),
  ];
  const stream = (context: object, query: string) => [
    edge.ask(`/eval/${SECURE.envId}/${base64(context)}${query}`),
    report(`/eval/${SECURE.envId}${query}`, context),
  ];

  it.each(SIGNED)("takes the right hash of %j", async (context, message) => {
    for (let time = 0; time < 3; time++)
      for (const answer of await Promise.all(ask(context, `?h=${sign(message)}`)))
        expect(answer.status).toBe(200);
    const opened = await openSse(`${edge.url}/eval/${SECURE.envId}/${base64(context)}?h=${sign(message)}`);
    expect(opened.status).toBe(200);
    opened.close();
  });

  it("refuses everything else, also for a context that was signed before", async () => {
    const right = sign("u");
    const wrong = [
      "",
      "?h=",
      `?h=${right.toUpperCase()}`,
      `?h=${right.slice(1)}`,
      `?h=${right}0`,
      `?h=${sign("u", KNOWN.sdkKey)}`,
      `?h=${sign("user:u")}`,
      "?h=%C3%A9",
    ];
    for (const query of wrong)
      for (const answer of await Promise.all([...ask(USER, query), ...stream(USER, query)]))
        expect(answer).toMatchObject(NOT_SIGNED);
  });

  it("does not concern mobile and server-side SDKs, nor streams without a context", async () => {
    const askWith = (path: string, Authorization: string) =>
      edge.ask(path + base64(USER), { headers: { Authorization } });
    expect((await askWith("/msdk/evalx/contexts/", SECURE.mobileKey)).status).toBe(200);
    expect((await askWith("/sdk/evalx/contexts/", SECURE.sdkKey)).status).toBe(200);
    for (const [path, headers] of [
      [`/ping/${SECURE.envId}`, {}],
      [`/meval/${base64(USER)}`, { Authorization: SECURE.mobileKey }],
    ] as const) {
      const opened = await openSse(edge.url + path, { headers });
      expect(opened.status).toBe(200);
      opened.close();
    }
  });
});

describe("an answer is the same in whatever form the request came", () => {
  /** A header that has nothing to do with the answer, and that only a complete parser of HTTP takes. */
  const UNUSUAL = { TE: "trailers" };
  const withoutTime = ({ status, body, headers: { date, "keep-alive": _, ...headers } }: Answer) => {
    expect(Date.parse(date ?? "")).toBeGreaterThan(Date.now() - 60_000);
    return { status, body, headers };
  };

  it.each<[what: string, path: string, headers?: Record<string, string>]>([
    ["results", CLIENTS.browser.get + base64(USER)],
    ["results with reasons", `${CLIENTS.browser.get + base64(USER)}?withReasons=true`],
    ["results for a page", CLIENTS.browser.get + base64(USER), { Origin: "https://shop.example" }],
    ["results for a mobile SDK", CLIENTS.mobile.get + base64(USER), CLIENTS.mobile.headers],
    ["results that the client has", CLIENTS.browser.get + base64(USER), { "If-None-Match": "*" }],
    ["no base64", `${CLIENTS.browser.get}a`],
    ["no context", CLIENTS.browser.get + base64("x")],
    ["no key", CLIENTS.browser.get + base64({ name: "x" })],
    ["no hash", `/sdk/evalx/${SECURE.envId}/contexts/${base64(USER)}`],
    ["no data yet", `/sdk/evalx/${WITHOUT_DATA.envId}/contexts/${base64(USER)}`],
    ["no environment", `/sdk/evalx/${UNKNOWN.envId}/contexts/${base64(USER)}`],
    ["no credential", CLIENTS.mobile.get + base64(USER)],
    ["no such filter", `${CLIENTS.browser.get + base64(USER)}?filter=x`],
  ])("%s", async (_, path, headers = {}) => {
    for (const Connection of ["close", "keep-alive"]) {
      const [usual, unusual] = await Promise.all(
        [{}, UNUSUAL].map((more) => edge.ask(path, { headers: { ...headers, ...more, Connection } })),
      );
      expect(usual && withoutTime(usual)).toEqual(unusual && withoutTime(unusual));
      expect(usual?.headers.connection).toBe(Connection);
    }
  });
});
