import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requestApp } from "../../../support/app-request.ts";
import { eventually } from "../../../support/eventually.ts";
import { HandFedEdge } from "../../../support/hand-fed-edge.ts";
import { ENVIRONMENTS, KNOWN, UNKNOWN, WITHOUT_DATA } from "../../../support/known-environments.ts";
import { RecordingResponseWriter } from "../../../support/recording-response-writer.ts";

const CONTEXT = '{"kind":"user","key":"u"}';
const BASE64 = Buffer.from(CONTEXT).toString("base64url");
const ORIGIN = "https://page.example";
/** A path with everything that its pattern asks for. */
const filled = (path: string, envId: string): string =>
  path
    .replace("{envId}", envId)
    .replace(/\{context(\.\.\.)?\}/, BASE64)
    .replace("{key}", path.includes("segments") ? "testers" : "everywhere");

let edge: HandFedEdge;
beforeAll(async () => {
  edge = await HandFedEdge.start(ENVIRONMENTS);
});
afterAll(() => edge[Symbol.asyncDispose]());

/** What each endpoint answers whoever may use it, as it should be: `stream` is the head of one. */
const EXPECTED: readonly [
  methods: string,
  path: string,
  credential: string,
  gives: number | "stream",
  withoutData: number,
][] = [
  ["GET", "/all", "sdkKey", "stream", 503],
  ["GET", "/flags", "sdkKey", "stream", 503],
  ["GET", "/sdk/latest-all", "sdkKey", 200, 503],
  ["GET", "/sdk/flags", "sdkKey", 200, 503],
  ["GET", "/sdk/flags/{key}", "sdkKey", 200, 503],
  ["GET", "/sdk/segments/{key}", "sdkKey", 200, 503],
  ...(
    [
      ["/sdk/evalx/{envId}", "envId"],
      ["/msdk/evalx", "mobileKey"],
      ["/sdk/evalx", "sdkKey"],
    ] as const
  ).flatMap(([base, credential]): (typeof EXPECTED)[number][] => [
    ["GET", `${base}/contexts/{context...}`, credential, 200, 503],
    ["REPORT", `${base}/context`, credential, 200, 503],
    ["GET", `${base}/users/{context...}`, credential, 200, 503],
    ["REPORT", `${base}/user`, credential, 200, 503],
  ]),
  ["GET", "/meval/{context...}", "mobileKey", "stream", 503],
  ["REPORT", "/meval", "mobileKey", "stream", 503],
  ["GET", "/mping", "mobileKey", "stream", 503],
  ["GET", "/eval/{envId}/{context...}", "envId", "stream", 503],
  ["REPORT", "/eval/{envId}", "envId", "stream", 503],
  ["GET", "/ping/{envId}", "envId", "stream", 503],
  ["POST", "/bulk", "sdkKey", 202, 202],
  ["POST", "/diagnostic", "sdkKey", 202, 202],
  ["POST", "/mobile", "mobileKey", 202, 202],
  ["POST", "/mobile/events", "mobileKey", 202, 202],
  ["POST", "/mobile/events/bulk", "mobileKey", 202, 202],
  ["POST", "/mobile/events/diagnostic", "mobileKey", 202, 202],
  ["POST", "/events/bulk/{envId}", "envId", 202, 202],
  ["POST", "/events/diagnostic/{envId}", "envId", 202, 202],
  ["GET", "/a/{envId}.gif", "envId", 200, 200],
  ["GET", "/sdk/goals/{envId}", "envId", 200, 200],
  ["GET", "/sdk/poll", "none", 404, 404],
  ["GET", "/sdk/stream", "none", 404, 404],
  ["GET,POST,REPORT", "/sdk/poll/eval", "none", 404, 404],
  ["GET,POST,REPORT", "/sdk/poll/eval/{context}", "none", 404, 404],
  ["GET,POST,REPORT", "/sdk/stream/eval", "none", 404, 404],
  ["GET,POST,REPORT", "/sdk/stream/eval/{context}", "none", 404, 404],
  ["GET", "/status", "none", 200, 200],
  ["GET,HEAD", "/healthz", "none", 200, 200],
  ["GET,HEAD", "/readyz", "none", 200, 200],
];
const CORS = (path: string, credential: string) =>
  credential === "envId" || (path.includes("/eval") && credential === "none");

it("the table has these endpoints, and no others", () => {
  const declared = edge.routes.map(({ endpoint: { methods, path, access } }) => [
    methods.join(","),
    path,
    access.credential,
  ]);
  expect(declared).toEqual(EXPECTED.map(([methods, path, credential]) => [methods, path, credential]));
});

describe.each(EXPECTED)("%s %s (%s)", (methods, path, credential, gives, withoutData) => {
  const [method = ""] = methods.split(",");
  const question = (keys: typeof KNOWN, as = method, more: Record<string, string> = {}) => ({
    method: as,
    headers: {
      ...((credential === "sdkKey" || credential === "mobileKey") && { Authorization: keys[credential] }),
      ...(as === "REPORT" && { "Content-Type": "application/json" }),
      Origin: ORIGIN,
      ...more,
    },
    ...(as === "REPORT" ? { body: CONTEXT } : as === "POST" ? { body: "[]" } : {}),
  });
  const request = (keys: typeof KNOWN, { query = "", as = method, more = {} } = {}) =>
    requestApp(edge.app, filled(path, keys.envId) + query, question(keys, as, more));
  /** What the fast path does with it; `undefined`: it leaves it to the app. */
  const onFastPath = async (keys: typeof KNOWN, query = "", ifNoneMatch?: string) => {
    const response = new RecordingResponseWriter();
    const { Authorization } = question(keys).headers as Record<string, string>;
    const headers = { authorization: Authorization, origin: ORIGIN, ifNoneMatch };
    if (!edge.fast({ url: filled(path, keys.envId) + query, headers }, response)) return undefined;
    await eventually("the answer", () => response.over);
    return response;
  };
  const isFast = method === "GET" && (gives === "stream" || path.includes("evalx"));

  it("answers whoever may use it", async () => {
    const answer = await request(KNOWN);
    expect(answer.status).toBe(gives === "stream" ? 200 : gives);
    if (gives === "stream") expect(answer.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    if (CORS(path, credential))
      expect(answer.headers["access-control-allow-origin"]).toBe(credential === "envId" ? ORIGIN : "*");
    const fast = await onFastPath(KNOWN);
    expect(fast !== undefined).toBe(isFast);
    if (fast === undefined) return;
    expect(fast.streamHead !== undefined).toBe(gives === "stream");
    if (fast.answer !== undefined) expect(String(fast.answer.body)).toBe(answer.body);
    const head = (fast.streamHead ?? fast.answer?.head)?.text.toLowerCase().split("\r\n") ?? [];
    for (const line of head.filter((text) => text !== "")) {
      const at = line.indexOf(": ");
      expect(answer.headers[line.slice(0, at)]?.toString().toLowerCase()).toBe(line.slice(at + 2));
    }
  });

  it("refuses unknown credentials and filters, and leaves both to the app", async () => {
    const unknown = await request(UNKNOWN);
    const filter = await request(KNOWN, { query: "?filter=f" });
    if (credential === "none") {
      expect([unknown.status, filter.status]).toEqual([gives, gives]);
      return;
    }
    expect(unknown).toMatchObject(
      credential === "envId"
        ? { status: 404, body: "URL did not contain an environment ID" }
        : { status: 401, body: expect.stringContaining("does not recognize the client credential") },
    );
    expect(filter).toMatchObject({
      status: 404,
      body: "Relay Proxy recognizes the provided credential, but the payload filter was not found",
    });
    expect(await onFastPath(UNKNOWN)).toBeUndefined();
    expect(await onFastPath(KNOWN, "?filter=f")).toBeUndefined();
    expect((await request(KNOWN, { query: "?filter=" })).status).toBe(gives === "stream" ? 200 : gives);
    if (credential === "envId") return;
    for (const Authorization of ["", `Bearer ${KNOWN[credential as "sdkKey"]}`])
      expect(await request(KNOWN, { more: { Authorization } })).toMatchObject({ status: 401, body: "" });
  });

  it("says when there are no data yet, if it needs any", async () => {
    const answer = await request(WITHOUT_DATA);
    expect(answer.status).toBe(withoutData);
    if (withoutData === 503) expect(answer.body).toBe("client was not initialized");
    const fast = (await onFastPath(WITHOUT_DATA))?.answer;
    if (fast !== undefined) expect([fast.status, String(fast.body)]).toEqual([withoutData, answer.body]);
  });

  it("answers 304 to whoever has what it would send", async () => {
    const { headers } = await request(KNOWN);
    if (headers.etag === undefined) return;
    const again = await request(KNOWN, { more: { "If-None-Match": headers.etag } });
    expect(again).toMatchObject({ status: 304, body: "", headers: { etag: headers.etag } });
    expect(again.headers).not.toHaveProperty("content-type");
    const fast = await onFastPath(KNOWN, "", headers.etag);
    if (fast !== undefined) expect([fast.answer?.status, fast.answer?.body]).toEqual([304, undefined]);
  });

  it("answers preflights where pages may use it", async () => {
    const { status, headers } = await request(UNKNOWN, { as: "OPTIONS" });
    if (!CORS(path, credential)) return expect(status).toBe(405);
    expect([status, headers["access-control-allow-methods"]]).toEqual([200, `${methods},OPTIONS`]);
  });

  it("answers every other method with 405 and nothing else", async () => {
    for (const as of ["GET", "HEAD", "POST", "PUT", "REPORT", "DELETE"].filter(
      (one) => !methods.split(",").includes(one),
    )) {
      const answer = await request(KNOWN, { as });
      expect([as, answer.status, answer.body]).toEqual([as, 405, ""]);
      expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
    }
  });
});

it.each(["/", "/nothing", "/all/more", "/ALL", "/sdk/flags/a/b"])("%s is no page", async (path) => {
  for (const method of ["GET", "POST", "OPTIONS"])
    expect(await requestApp(edge.app, path, { method })).toMatchObject({
      status: 404,
      body: "404 page not found\n",
      headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
    });
  expect(await requestApp(edge.app, path, { method: "HEAD" })).toMatchObject({ status: 404, body: "" });
});
