import { afterEach, beforeEach, expect, it } from "vitest";
import { flag } from "../../simulator/content.ts";
import type { SimulatedEnvironment } from "../../simulator/simulated-environment.ts";
import { type LaunchDarklySimulator, startLaunchDarkly } from "../../simulator/simulator.ts";
import { eventually } from "../support/eventually.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { type RelayProcess, startRelay, stopAll } from "../support/relay-process.ts";

/** As docs/deploy.md gives it, for the prefix `mine`. */
const SMALLEST =
  "~mine:* &mine:* -@all +@read +@write +@scripting +@pubsub +@transaction +@connection +@blocking +time -@dangerous";
const SDK_KEY = "sdk-of-a-small-user";

let redis: TestRedis;
let launchDarkly: LaunchDarklySimulator;
let environment: SimulatedEnvironment;
let roles: RelayProcess[];

beforeEach(async () => {
  roles = [];
  [redis, launchDarkly] = await Promise.all([startRedis(), startLaunchDarkly()]);
  environment = launchDarkly.environment(SDK_KEY);
  environment.set(flag("a", { version: 1 }));
  await setRights(SMALLEST);
});
afterEach(async () => {
  await Promise.all(roles.filter(({ running }) => running).map((role) => role.stop()));
  await redis[Symbol.asyncDispose]();
  await launchDarkly.stop();
  await stopAll();
});

function setRights(rights: string): Promise<unknown> {
  return redis.client((client) =>
    client.call("ACL", "SETUSER", "relay", "reset", "on", ">word", ...rights.split(" ")),
  );
}

async function start(role: "ingestor" | "edge" | "forwarder"): Promise<RelayProcess> {
  const relay = await startRelay({
    role,
    config: ({ port, adminPort }) => `[Main]
port = ${port}
streamUri = ${launchDarkly.url}
[Admin]
port = ${adminPort}
[Events]
eventsUri = ${launchDarkly.url}
sendEvents = true
[Redis]
url = redis://relay:word@127.0.0.1:${redis.port}
[Environment "Small"]
sdkKey = ${SDK_KEY}
prefix = mine
`,
  });
  roles.push(relay);
  return relay;
}

function post(edge: RelayProcess, schema: string): Promise<Response> {
  return fetch(`${edge.url}/bulk`, {
    method: "POST",
    headers: {
      Authorization: SDK_KEY,
      "Content-Type": "application/json",
      "X-LaunchDarkly-Event-Schema": schema,
    },
    body: '[{"kind":"custom","key":"k","creationDate":1,"context":{"kind":"user","key":"u"}}]',
  });
}

async function versionAt(edge: RelayProcess): Promise<number> {
  const response = await fetch(`${edge.url}/sdk/latest-all`, { headers: { Authorization: SDK_KEY } });
  const data = (await response.json()) as { flags: { a: { version: number } } };
  return data.flags.a.version;
}

it("all roles work with a user of Redis that may do no more than docs/deploy.md says", async () => {
  const [ingestor, edge, forwarder] = await Promise.all([
    start("ingestor"),
    start("edge"),
    start("forwarder"),
  ]);
  for (const role of roles) await role.waitUntilReady({ timeoutMs: 60_000 });
  await eventually("the flag", async () => (await versionAt(edge)) === 1);
  environment.set(flag("a", { version: 2 }));
  await eventually("the change", async () => (await versionAt(edge)) === 2);

  // As it came, and through a batch of summaries.
  expect((await post(edge, "4")).status).toBe(202);
  expect((await post(edge, "2")).status).toBe(202);
  await eventually("both payloads", () => launchDarkly.events.ofKind("custom").length === 2, {
    timeoutMs: 30_000,
  });
  for (const role of [ingestor, edge, forwarder]) {
    const refused = role.logs.filter((line) => JSON.stringify(line).includes("NOPERM"));
    expect(refused.filter(({ event }) => event !== "process.output")).toEqual([]);
    expect(role.logs.every(({ message }) => message !== undefined)).toBe(true);
  }
});

it("events that are refused for a right are told from a Redis that is away", async () => {
  await start("ingestor");
  const edge = await start("edge");
  await edge.waitUntilReady({ timeoutMs: 60_000 });
  await setRights(`${SMALLEST} -eval -evalsha`);
  const refused = await eventually("a refusal", async () => {
    const response = await post(edge, "4");
    return response.status === 503 && (await response.json());
  });
  expect(refused).toMatchObject({ message: expect.stringContaining("lacks permissions") });
  const line = await edge.waitForLog(({ event }) => event === "events.store_not_permitted");
  expect(line).toMatchObject({ environment: "Small", error: expect.stringContaining("NOPERM") });
  const metrics = await (await fetch(`${edge.adminUrl}/metrics`)).text();
  expect(metrics).toMatch(/event_payloads_refused_total\{[^}]*reason="store_not_permitted"[^}]*\} [1-9]/);
});
