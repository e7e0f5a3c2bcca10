import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { flag } from "../../../simulator/content.ts";
import { type LaunchDarklySimulator, startLaunchDarkly } from "../../../simulator/simulator.ts";
import { eventually } from "../../support/eventually.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { type RelayProcess, startRelay, stopAll } from "../../support/relay-process.ts";

/** Shorter than the pause before the second try: half a second at the least. */
const SHORT = "initTimeout = 200ms";

let ld: LaunchDarklySimulator;
let redis: TestRedis;
let environments = 0;

beforeAll(async () => {
  [ld, redis] = await Promise.all([startLaunchDarkly(), startRedis()]);
});
afterAll(async () => {
  await ld.stop();
  await redis[Symbol.asyncDispose]();
});
afterEach(() => stopAll());

/** A key of its own for each test; LaunchDarkly knows it if the test says so, and has a flag for it. */
function newKey(knownAs: "known" | "unknown"): string {
  const sdkKey = `sdk-exit-policy-${++environments}`;
  if (knownAs === "known") ld.environment(sdkKey).set(flag("checkout"));
  return sdkKey;
}

async function startIngestor(sdkKey: string, options: string): Promise<RelayProcess> {
  const relay = await startRelay({
    role: "ingestor",
    config: ({ adminPort }) => `[Main]
streamUri = ${ld.url}
${options}
[Admin]
port = ${adminPort}
[Redis]
url = ${redis.url}
[Environment "Production"]
sdkKey = ${sdkKey}
prefix = ${sdkKey}`,
  });
  onTestFinished(async () => {
    if (relay.running) await relay.stop();
  });
  return relay;
}

/** Lets LaunchDarkly fail for this key. */
function failing(sdkKey: string) {
  const fault = ld.faults.add({ on: "streams", sdkKey, reaction: { kind: "answer", status: 503 } });
  onTestFinished(() => fault.remove());
  return {
    outlastsTheStart: () => eventually("a second try", () => fault.met >= 2),
    end: () => fault.remove(),
  };
}

async function keysInRedis(prefix: string): Promise<string[]> {
  const client = new Redis(redis.url);
  try {
    return await client.hkeys(`${prefix}:features`);
  } finally {
    client.disconnect();
  }
}

/** Fills Redis as an earlier run would have done. */
async function fillRedis(sdkKey: string): Promise<void> {
  const relay = await startIngestor(sdkKey, "exitAlways = true");
  expect(await relay.exited).toEqual({ code: 0, signal: null });
}

function reasonOf(relay: RelayProcess): unknown {
  return relay.logs.find(({ message }) => message === "stopping")?.reason;
}

describe("an ingestor that cannot start an environment", () => {
  it("stays up and keeps trying by default", async () => {
    const sdkKey = newKey("known");
    const trouble = failing(sdkKey);
    const relay = await startIngestor(sdkKey, SHORT);
    await trouble.outlastsTheStart();
    expect(relay.running).toBe(true);
    trouble.end();
    await eventually("the flags", async () => (await keysInRedis(sdkKey)).includes("checkout"));
    expect(await relay.stop()).toEqual({ code: 0, signal: null });
  });

  it("exits with 1 under exitOnError when LaunchDarkly refuses the key", async () => {
    const relay = await startIngestor(newKey("unknown"), "exitOnError = true\ninitTimeout = 1h");
    expect(await relay.exited).toEqual({ code: 1, signal: null });
    expect(reasonOf(relay)).toBe("one or more environments failed to initialize: Production (key refused)");
  });

  it.each(["", "ignoreConnectionErrors = true"])(
    "exits with 1 under exitOnError after initTimeout (%s; Redis is empty)",
    async (ignore) => {
      const sdkKey = newKey("known");
      failing(sdkKey);
      const relay = await startIngestor(sdkKey, `exitOnError = true\n${SHORT}\n${ignore}`);
      expect(await relay.exited).toEqual({ code: 1, signal: null });
      expect(reasonOf(relay)).toContain("Production (not started in time)");
    },
  );

  it("stays up under exitOnError and ignoreConnectionErrors if Redis has its data", async () => {
    const sdkKey = newKey("known");
    await fillRedis(sdkKey);
    const trouble = failing(sdkKey);
    const relay = await startIngestor(sdkKey, `exitOnError = true\nignoreConnectionErrors = true\n${SHORT}`);
    await trouble.outlastsTheStart();
    expect(relay.running).toBe(true);
    expect(await relay.stop()).toEqual({ code: 0, signal: null });
  });

  it("exits with 1 under exitOnError alone although Redis has its data", async () => {
    const sdkKey = newKey("known");
    await fillRedis(sdkKey);
    failing(sdkKey);
    const relay = await startIngestor(sdkKey, `exitOnError = true\n${SHORT}`);
    expect(await relay.exited).toEqual({ code: 1, signal: null });
  });

  it("exits with 1 under exitAlways", async () => {
    const relay = await startIngestor(newKey("unknown"), "exitAlways = true");
    expect(await relay.exited).toEqual({ code: 1, signal: null });
  });
});

describe("an ingestor whose environments start", () => {
  it("fills Redis and exits with 0 under exitAlways", async () => {
    const sdkKey = newKey("known");
    await fillRedis(sdkKey);
    expect(await keysInRedis(sdkKey)).toEqual(["checkout"]);
  });

  it("stays up under exitOnError, also when LaunchDarkly goes away later", async () => {
    const sdkKey = newKey("known");
    const relay = await startIngestor(sdkKey, "exitOnError = true");
    await eventually("the flags", async () => (await keysInRedis(sdkKey)).includes("checkout"));
    const trouble = failing(sdkKey);
    ld.cut();
    await trouble.outlastsTheStart();
    expect(relay.running).toBe(true);
    expect(await relay.stop()).toEqual({ code: 0, signal: null });
  });
});
