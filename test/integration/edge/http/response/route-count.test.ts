import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, askRaw } from "../../../../support/http.ts";
import { startRedis, type TestRedis } from "../../../../support/redis.ts";
import { RunningEdge } from "../../running-edge.ts";

const ENVIRONMENT = "0123456789abcdef01234567";
const CONTEXT = Buffer.from('{"kind":"user","key":"u"}').toString("base64url");
const SERVER = { Authorization: "sdk-a" };
const MOBILE = { Authorization: "mob-a" };

let redis: TestRedis;
let edge: RunningEdge;

beforeAll(async () => {
  redis = await startRedis();
  edge = await RunningEdge.start(
    redis,
    `[Events]\nsendEvents = true\n[Environment "A"]\nsdkKey = sdk-a\nmobileKey = mob-a\nenvId = ${ENVIRONMENT}`,
  );
});

afterAll(async () => {
  await edge?.stop();
  await redis?.[Symbol.asyncDispose]();
});

/** How often answers were counted, by route and status, in all. */
function counts(): Map<string, number> {
  const prefix = "requests_total";
  return new Map(
    [...edge.metrics.values].flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
}

/** What was counted while `act` ran. */
async function counted(act: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = counts();
  await act();
  return Object.fromEntries(
    [...counts()]
      .map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const)
      .filter(([, more]) => more > 0),
  );
}

describe("requests are counted by route and status", () => {
  it("with 0 before the first", () => {
    const values = counts();
    for (const route of [
      "/all",
      "/bulk",
      "/sdk/evalx/{envId}/contexts/{context}",
      "/sdk/flags/{key}",
      "(unknown)",
    ])
      for (const status of [200, 401, 500, 503]) expect(values.get(`{${route},${status}}`)).toBe(0);
  });

  it.each([
    ["GET", `/msdk/evalx/contexts/${CONTEXT}`, MOBILE, "{/msdk/evalx/contexts/{context},503}"],
    ["GET", `/msdk/evalx/users/${CONTEXT}`, MOBILE, "{/msdk/evalx/users/{context},503}"],
    [
      "GET",
      `/sdk/evalx/${ENVIRONMENT}/contexts/${CONTEXT}`,
      {},
      "{/sdk/evalx/{envId}/contexts/{context},503}",
    ],
    ["GET", `/sdk/evalx/unknown/contexts/${CONTEXT}`, {}, "{/sdk/evalx/{envId}/contexts/{context},404}"],
    ["GET", `/sdk/evalx/contexts/${CONTEXT}`, SERVER, "{/sdk/evalx/contexts/{context},503}"],
    ["GET", `/meval/${CONTEXT}`, MOBILE, "{/meval/{context},503}"],
    ["GET", `/eval/${ENVIRONMENT}/${CONTEXT}`, {}, "{/eval/{envId}/{context},503}"],
    ["GET", "/mping", MOBILE, "{/mping,503}"],
    ["GET", `/ping/${ENVIRONMENT}`, {}, "{/ping/{envId},503}"],
    ["GET", "/all", SERVER, "{/all,503}"],
    ["GET", "/all", {}, "{/all,401}"],
    ["HEAD", "/all", SERVER, "{/all,405}"],
    ["DELETE", "/all", SERVER, "{/all,405}"],
    ["GET", "/sdk/flags/some%2Fkey", SERVER, "{/sdk/flags/{key},503}"],
    ["POST", "/bulk", SERVER, "{/bulk,202}"],
    ["POST", "//bulk/", SERVER, "{/bulk,202}"],
    ["POST", "/bulk", {}, "{/bulk,401}"],
    ["POST", `/events/bulk/${ENVIRONMENT}`, {}, "{/events/bulk/{envId},202}"],
    ["GET", `/a/${ENVIRONMENT}.gif?d=W10=`, {}, "{/a/{envId},200}"],
    ["OPTIONS", `/sdk/evalx/${ENVIRONMENT}/context`, {}, "{(preflight),200}"],
    ["GET", "/status", {}, "{/status,200}"],
    ["GET", "/healthz", {}, "{/healthz,200}"],
    ["GET", "/nowhere/at/all", {}, "{(unknown),404}"],
  ])("%s %s, whichever way it takes: %#", async (method, path, headers, series) => {
    const body = method === "POST" ? "[]" : undefined;
    expect(await counted(() => ask(edge.url, path, { method, headers, ...(body && { body }) }))).toEqual({
      [series]: 1,
    });
  });

  it("each by itself on one connection", async () => {
    const get = (path: string, more = "") =>
      `GET ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: mob-a\r\n${more}\r\n`;
    const three =
      get(`/msdk/evalx/contexts/${CONTEXT}`) + get("/status") + get("/nowhere", "Connection: close\r\n");
    expect(await counted(() => askRaw(edge.url, three, () => false))).toEqual({
      "{/msdk/evalx/contexts/{context},503}": 1,
      "{/status,200}": 1,
      "{(unknown),404}": 1,
    });
  });
});
