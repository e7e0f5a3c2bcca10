import { afterEach, beforeEach, expect, it } from "vitest";
import { type LaunchDarklySimulator, startLaunchDarkly } from "../../simulator/simulator.ts";
import { eventually } from "../support/eventually.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { type RelayProcess, startRelay, stopAll } from "../support/relay-process.ts";

const PATIENCE = { timeoutMs: 30_000 };
let redis: TestRedis;
const launchDarklys: LaunchDarklySimulator[] = [];
const relays: RelayProcess[] = [];

beforeEach(async () => {
  redis = await startRedis();
});

afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  await stopAll();
  for (const one of launchDarklys.splice(0)) await one.stop();
  await redis[Symbol.asyncDispose]();
});

interface Installation {
  readonly launchDarkly: LaunchDarklySimulator;
  readonly edge: RelayProcess;
  readonly forwarder: RelayProcess;
}

/** An edge and a forwarder, and a LaunchDarkly of their own. */
async function install(sdkKey: string, prefix: string): Promise<Installation> {
  const launchDarkly = await startLaunchDarkly();
  launchDarklys.push(launchDarkly);
  launchDarkly.environment(sdkKey);
  const start = (role: "edge" | "forwarder") =>
    startRelay({
      role,
      config: ({ port, adminPort }) => `
[Main]
port = ${port}
streamUri = ${launchDarkly.url}
initTimeout = 100ms
[Admin]
port = ${adminPort}
[Events]
eventsUri = ${launchDarkly.url}
sendEvents = true
[Redis]
url = ${redis.url}
[Environment "Production"]
sdkKey = ${sdkKey}
prefix = ${prefix}
`,
    });
  const [edge, forwarder] = await Promise.all([start("edge"), start("forwarder")]);
  relays.push(edge, forwarder);
  await forwarder.waitUntilReady(PATIENCE);
  await edge.waitForLog(({ message }) => String(message).includes("listening"), PATIENCE);
  return { launchDarkly, edge, forwarder };
}

async function post({ edge }: Installation, sdkKey: string, id: string): Promise<number> {
  const headers = {
    Authorization: sdkKey,
    "Content-Type": "application/json",
    "X-LaunchDarkly-Payload-ID": id,
    "X-LaunchDarkly-Event-Schema": "4",
  };
  const body = '[{"kind":"custom","key":"a"}]';
  return (await fetch(`${edge.url}/bulk`, { method: "POST", headers, body })).status;
}

it("gives two installations with equal names and other prefixes each its own events", async () => {
  const one = await install("sdk-one", "one");
  const other = await install("sdk-other", "other");
  const ids = Array.from({ length: 20 }, (_, n) => `payload-${n}`);
  for (const id of ids)
    await eventually("it to be taken", async () => (await post(one, "sdk-one", id)) === 202, PATIENCE);
  const accepted = () => one.launchDarkly.events.accepted;
  await eventually("all to arrive", () => accepted().length >= ids.length, PATIENCE);
  expect(new Set(accepted().map(({ headers }) => headers["x-launchdarkly-payload-id"]))).toEqual(
    new Set(ids),
  );
  expect(new Set(accepted().map(({ headers }) => headers.authorization))).toEqual(new Set(["sdk-one"]));
  expect(other.launchDarkly.events.accepted).toEqual([]);
});

it("refuses the events of whoever comes second to a prefix, names both, and mixes nothing up", async () => {
  const one = await install("sdk-one", "same");
  await eventually("it to be taken", async () => (await post(one, "sdk-one", "a")) === 202, PATIENCE);
  const other = await install("sdk-other", "same");
  expect(await post(other, "sdk-other", "b")).toBe(503);
  for (const process of [other.edge, other.forwarder])
    await process.waitForLog(({ event, prefix }) => event === "claim.foreign" && prefix === "same", PATIENCE);
  expect(await post(one, "sdk-one", "c")).toBe(202);
  const accepted = () => one.launchDarkly.events.accepted;
  await eventually("its own to arrive", () => accepted().length === 2, PATIENCE);
  expect(new Set(accepted().map(({ headers }) => headers.authorization))).toEqual(new Set(["sdk-one"]));
  expect(other.launchDarkly.events.accepted).toEqual([]);
});
