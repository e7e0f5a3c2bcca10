import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HandFedEdge } from "../../../support/hand-fed-edge.ts";
import type { Answer } from "../../../support/http.ts";
import {
  ENVIRONMENTS,
  KNOWN,
  LISTED,
  SECURE,
  UNKNOWN,
  WITHOUT_DATA,
} from "../../../support/known-environments.ts";
import { leaks } from "../../../support/leaks.ts";
import { openSse } from "../../../support/sse.ts";

type CredentialType = keyof typeof KNOWN;

/** One way to ask the relay. */
interface Way {
  readonly method: "GET" | "POST" | "REPORT";
  /** `ENV` is where the environment's id belongs. */
  readonly path: string;
  readonly credential: CredentialType;
  readonly body?: string;
  /** What comes of it; a number is a status. */
  readonly gives: "stream" | number;
  /** What comes of it for an environment without data, if not 503. */
  readonly withoutData?: number;
}

const CONTEXT = '{"kind":"user","key":"u"}';
const BASE64 = Buffer.from(CONTEXT).toString("base64url");
const EVENTS = "[]";

const way = (
  method: Way["method"],
  path: string,
  credential: CredentialType,
  gives: Way["gives"] = 200,
  more: Pick<Way, "body" | "withoutData"> = {},
): Way => ({ method, path, credential, gives, ...more });
const evalx = (path: string, credential: CredentialType): Way[] => [
  ...["contexts", "users"].map((name) => way("GET", `${path}/${name}/${BASE64}`, credential)),
  ...["context", "user"].map((name) => way("REPORT", `${path}/${name}`, credential, 200, { body: CONTEXT })),
];
const events = (path: string, credential: CredentialType): Way =>
  way("POST", path, credential, 202, { body: EVENTS, withoutData: 202 });

/** Every route that asks for a credential (R1.4, and `/sdk/latest-all`). */
const WAYS: readonly Way[] = [
  way("GET", "/all", "sdkKey", "stream"),
  way("GET", "/flags", "sdkKey", "stream"),
  way("GET", "/sdk/latest-all", "sdkKey"),
  way("GET", "/sdk/flags", "sdkKey"),
  way("GET", "/sdk/flags/server", "sdkKey"),
  way("GET", "/sdk/segments/testers", "sdkKey"),
  events("/bulk", "sdkKey"),
  events("/diagnostic", "sdkKey"),
  ...evalx("/sdk/evalx", "sdkKey"),
  ...evalx("/msdk/evalx", "mobileKey"),
  way("GET", `/meval/${BASE64}`, "mobileKey", "stream"),
  way("REPORT", "/meval", "mobileKey", "stream", { body: CONTEXT }),
  way("GET", "/mping", "mobileKey", "stream"),
  events("/mobile", "mobileKey"),
  events("/mobile/events", "mobileKey"),
  events("/mobile/events/bulk", "mobileKey"),
  events("/mobile/events/diagnostic", "mobileKey"),
  ...evalx("/sdk/evalx/ENV", "envId"),
  way("GET", `/eval/ENV/${BASE64}`, "envId", "stream"),
  way("REPORT", "/eval/ENV", "envId", "stream", { body: CONTEXT }),
  way("GET", "/ping/ENV", "envId", "stream"),
  events("/events/bulk/ENV", "envId"),
  events("/events/diagnostic/ENV", "envId"),
  way("GET", "/a/ENV.gif?d=W10=", "envId", 200, { withoutData: 200 }),
  way("GET", "/sdk/goals/ENV", "envId", 200, { withoutData: 200 }),
];
const BY_HEADER = WAYS.filter(({ credential }) => credential !== "envId");
const BY_PATH = WAYS.filter(({ credential }) => credential === "envId");
const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "REPORT"];

const TEXT = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };
const text = (status: number, body: string) => ({ status, body, headers: TEXT });
const NO_CREDENTIAL = { status: 401, body: "" };
const UNKNOWN_KEY = text(
  401,
  "Relay Proxy does not recognize the client credential (missing or invalid Authorization header)",
);
const UNKNOWN_ENVIRONMENT = text(404, "URL did not contain an environment ID");
const UNKNOWN_FILTER = text(
  404,
  "Relay Proxy recognizes the provided credential, but the payload filter was not found",
);
const NO_DATA_YET = text(503, "client was not initialized");

const ORIGIN = "https://page.example";
const READABLE = {
  "access-control-allow-origin": ORIGIN,
  "access-control-allow-credentials": "false",
  "access-control-expose-headers": "Date,ETag,X-Ld-Envid,X-LD-FD-Fallback,X-LD-FD-Fallback-TTL",
  vary: "Origin",
};
const preflightOf = (method: string) => ({
  status: 200,
  body: "",
  headers: {
    ...READABLE,
    "access-control-allow-methods": `${method},OPTIONS`,
    "access-control-max-age": "300",
    "access-control-allow-headers": expect.stringContaining("X-LaunchDarkly-Instance-Id"),
  },
});

let edge: HandFedEdge;

beforeAll(async () => {
  edge = await HandFedEdge.start(ENVIRONMENTS);
});
afterAll(async () => {
  await edge[Symbol.asyncDispose]();
});

/** Goes a way, showing `credential`, on any of its own. */
const go = (
  { method, path, credential, body }: Way,
  shown: string | undefined,
  { query = "", as = method }: { query?: string; as?: string } = {},
): Promise<Answer> => {
  const address = path.replace("ENV", credential === "envId" ? (shown ?? "") : "ENV");
  return edge.ask(address + (query && (path.includes("?") ? `&${query}` : `?${query}`)), {
    method: as,
    headers: {
      ...(credential !== "envId" && shown !== undefined && { Authorization: shown }),
      ...(body !== undefined && as === method && { "Content-Type": "application/json" }),
      Origin: ORIGIN,
    },
    ...(body !== undefined && as === method && { body }),
  });
};
const named = (ways: readonly Way[]) => ways.map((one) => [`${one.method} ${one.path}`, one] as const);

describe.each(named(WAYS))("%s", (_name, one) => {
  it("answers who has the credential", async () => {
    for (const query of ["", "filter="]) {
      if (one.gives !== "stream") {
        expect(await go(one, KNOWN[one.credential], { query })).toMatchObject({ status: one.gives });
        continue;
      }
      const stream = await openSse(edge.url + one.path.replace("ENV", KNOWN.envId) + (query && `?${query}`), {
        method: one.method,
        headers: {
          ...(one.credential !== "envId" && { Authorization: KNOWN[one.credential] }),
          ...(one.body !== undefined && { "Content-Type": "application/json" }),
          Origin: ORIGIN,
        },
        ...(one.body !== undefined && { body: one.body }),
      });
      expect(stream.status).toBe(200);
      expect(stream.headers).toMatchObject({
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache, no-store, must-revalidate",
        "access-control-allow-origin": one.credential === "envId" ? ORIGIN : "*",
        "x-accel-buffering": "no",
        "x-ld-envid": KNOWN.envId,
      });
      await stream.waitFor(() => true);
      stream.close();
    }
  });

  it("knows no filter, whatever else is wrong with the environment", async () => {
    for (const { [one.credential]: shown } of [KNOWN, WITHOUT_DATA, SECURE])
      expect(await go(one, shown, { query: "filter=unknown" })).toMatchObject(UNKNOWN_FILTER);
  });

  it("says that there are no data yet, if it needs any", async () => {
    expect(await go(one, WITHOUT_DATA[one.credential])).toMatchObject(
      one.withoutData === undefined ? NO_DATA_YET : { status: one.withoutData },
    );
  });

  it("is 405 without a body for every other method, whoever asks", async () => {
    const served = one.credential === "envId" ? [one.method, "OPTIONS"] : [one.method];
    for (const as of METHODS.filter((method) => !served.includes(method)))
      for (const { [one.credential]: shown } of [KNOWN, UNKNOWN]) {
        const answer = await go(one, shown, { as });
        expect(answer).toMatchObject({ status: 405, body: "" });
        expect(answer.headers).not.toHaveProperty("allow");
        expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
      }
  });
});

describe.each(named(BY_HEADER))("%s", (_name, one) => {
  it("needs a credential of its own kind", async () => {
    const known = KNOWN[one.credential];
    for (const malformed of [undefined, "", `Bearer ${known}`, `API_KEY ${known}`, `${known} x`])
      expect(await go(one, malformed)).toMatchObject(NO_CREDENTIAL);
    const others = [KNOWN.sdkKey, KNOWN.mobileKey, KNOWN.envId].filter((other) => other !== known);
    for (const unknown of [
      UNKNOWN[one.credential],
      `api_key ${UNKNOWN[one.credential]}`,
      ...others,
      "__proto__",
    ]) {
      expect(await go(one, unknown)).toMatchObject(UNKNOWN_KEY);
      expect(await go(one, unknown, { query: "filter=unknown" })).toMatchObject(UNKNOWN_KEY);
    }
    if (one.gives !== "stream") expect((await go(one, `api_key ${known}`)).status).toBe(one.gives);
  });
});

describe.each(named(BY_PATH))("%s", (_name, one) => {
  it("needs the id of an environment, and tells so to pages, too", async () => {
    for (const unknown of [UNKNOWN.envId, KNOWN.sdkKey, KNOWN.mobileKey, "__proto__"]) {
      const answer = await go(one, unknown);
      expect(answer).toMatchObject(UNKNOWN_ENVIRONMENT);
      expect(answer.headers).toMatchObject(READABLE);
    }
  });

  it("lets pages read why there is nothing", async () => {
    expect((await go(one, KNOWN.envId, { query: "filter=unknown" })).headers).toMatchObject(READABLE);
    expect((await go(one, WITHOUT_DATA.envId)).headers).toMatchObject(READABLE);
  });

  it("answers a preflight, also for an environment that is unknown, has no data or asks for a hash", async () => {
    for (const { envId } of [KNOWN, UNKNOWN, WITHOUT_DATA, SECURE])
      expect(await go(one, envId, { as: "OPTIONS" })).toMatchObject(preflightOf(one.method));
  });

  it("names the listed pages to all others, and the headers that they may send", async () => {
    const preflight = (origin?: string) =>
      edge.ask(one.path.replace("ENV", LISTED.envId), {
        method: "OPTIONS",
        headers: origin === undefined ? {} : { Origin: origin },
      });
    const allowed = async (origin?: string) =>
      (await preflight(origin)).headers["access-control-allow-origin"];
    expect(await allowed("https://b.example")).toBe("https://b.example");
    expect(await allowed(ORIGIN)).toBe("https://a.example");
    expect(await allowed()).toBe("https://a.example");
    expect((await preflight()).headers["access-control-allow-headers"]).toMatch(/,X-Mine$/);
  });
});

it("streams are for the listed pages only, as all other answers are", async () => {
  const stream = await openSse(`${edge.url}/ping/${LISTED.envId}`, { headers: { Origin: ORIGIN } });
  expect(stream.headers).toMatchObject({
    "access-control-allow-origin": "https://a.example",
    vary: "Origin",
  });
  stream.close();
});

it("nothing logs a credential or a context, not even at level debug", () => {
  const credentials = [KNOWN, LISTED, SECURE, WITHOUT_DATA].flatMap(({ sdkKey, mobileKey }) => [
    sdkKey,
    mobileKey,
  ]);
  expect(leaks(edge.log.lines, credentials, [BASE64, CONTEXT])).toEqual([]);
});
