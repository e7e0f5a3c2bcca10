import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LaunchDarklySimulator, startLaunchDarkly } from "../../simulator/simulator.ts";
import { eventually } from "../support/eventually.ts";
import { analytics, QueueClient } from "../support/queue-client.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { startRelay, stopAll } from "../support/relay-process.ts";
import { removeFolder, tempFolder } from "../support/temp-folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SDK_KEY = "sdk-12345678-secret";

let redis: TestRedis;
let launchDarkly: LaunchDarklySimulator;
let client: QueueClient;
let folder: string;

beforeEach(async () => {
  redis = await startRedis();
  launchDarkly = await startLaunchDarkly();
  launchDarkly.environment(SDK_KEY);
  client = await QueueClient.connect(redis.port, "launchdarkly-spree-test", SDK_KEY);
  folder = tempFolder();
});

afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await launchDarkly.stop();
  await redis[Symbol.asyncDispose]();
  removeFolder(folder);
  await stopAll();
});

const config = (more = `[Redis]\nurl = ${redis.url}`) => `
[Main]
streamUri = ${launchDarkly.url}
dataDir = ${folder}
[Events]
eventsUri = ${launchDarkly.url}
sendEvents = true
[Environment "Spree Test"]
sdkKey = ${SDK_KEY}
[Environment "Other"]
sdkKey = sdk-other
${more}
`;

/** Runs the command as an operator does. */
async function ldRelay(words: readonly string[], text_ = config()) {
  const file = join(folder, "relay.conf");
  writeFileSync(file, text_);
  const child = spawn(process.execPath, ["services/cli.ts", ...words, "--config", file], { cwd: ROOT });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code: child.exitCode, stdout, stderr };
}

async function json(...words: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await ldRelay([...words, "--json"]);
  expect([code, stderr.replace(/^\d+ (replayed|dropped).*\n/gm, "")]).toEqual([0, ""]);
  return JSON.parse(stdout) as Record<string, unknown>[];
}

async function bury(): Promise<void> {
  const { deadLetters } = client;
  await deadLetters.add(
    { ...analytics("one", ["marker-1"]), attempts: 1 },
    { reason: "status 400", status: 400, answer: "no such event kind" },
  );
  await deadLetters.add(
    { ...analytics("two", ["marker-2"]), attempts: 9 },
    { reason: "too old: ECONNREFUSED" },
  );
}

describe("ld-relay events dead", () => {
  it("lists letters for machines, with just these properties, and for people, never with bodies", async () => {
    await bury();
    const letters = await json("events", "dead", "list");
    expect(letters).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{64}-0$/),
        payloadId: "one",
        environment: "Spree Test",
        reason: "status 400",
        status: 400,
        attempts: 1,
        acceptedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        bytes: analytics("one", ["marker-1"]).body.byteLength,
      },
      expect.objectContaining({ payloadId: "two", status: null, attempts: 9 }),
    ]);
    const { stdout } = await ldRelay(["events", "dead", "list"]);
    expect(stdout.split("\n")[0]).toMatch(/^ID +ENVIRONMENT +ATTEMPTS +ACCEPTED +SIZE +PAYLOAD +REASON$/);
    expect(stdout).toMatch(/^[0-9a-f]{12} +Spree Test +9 .* two +too old: ECONNREFUSED$/m);
    for (const words of [["list"], ["show"]])
      expect((await ldRelay(["events", "dead", ...words])).stdout).not.toMatch(/marker|secret/);
    expect((await ldRelay(["events", "dead", "show", "--show-bodies"])).stdout).toContain('"key":"marker-1"');
  });

  it("filters by environment, reason, time and id", async () => {
    await bury();
    const ids = async (...filter: string[]) =>
      (await json("events", "dead", "list", ...filter)).map(({ payloadId }) => payloadId);
    expect(await ids("--environment", "Other")).toEqual([]);
    expect(await ids("--environment", "Spree Test", "--reason", "STATUS")).toEqual(["one"]);
    expect(await ids("--since", "1h")).toEqual(["one", "two"]);
    expect(await ids("--since", "2100-01-01")).toEqual([]);
    const [, second] = await json("events", "dead", "list");
    expect(await ids(String(second?.id).slice(0, 8))).toEqual(["two"]);
    const wrong = await ldRelay(["events", "dead", "list", "--environment", "Nobody"]);
    expect([wrong.code, wrong.stdout, wrong.stderr]).toEqual([
      1,
      "",
      'Error: there is no environment "Nobody" in the configuration\n',
    ]);
  });

  it("finds a letter by its payload's id, too, shows LaunchDarkly's answer, and says when there is none", async () => {
    await bury();
    const shown = await ldRelay(["events", "dead", "show", "one"]);
    expect([shown.code, shown.stderr]).toEqual([0, ""]);
    expect(shown.stdout).toMatch(/^payloadId: one$/m);
    expect(shown.stdout).toMatch(/^answer: no such event kind$/m);
    expect(await json("events", "dead", "show", "one")).toMatchObject([{ answer: "no such event kind" }]);
    for (const verb of ["show", "list", "replay", "drop"]) {
      const { code, stderr } = await ldRelay(["events", "dead", verb, "nobody"]);
      expect([verb, code]).toEqual([verb, 1]);
      expect(stderr).toContain(
        'Error: there is no dead letter with the id, or of the payload with the id, "nobody"',
      );
    }
    const half = await ldRelay(["events", "dead", "show", "two", "nobody"]);
    expect([half.code, half.stdout]).toEqual([1, expect.stringContaining("payloadId: two")]);
  });

  it("drops what is meant, and nothing else", async () => {
    await bury();
    const dropped = await json("events", "dead", "drop", "--reason", "400");
    expect(dropped.map(({ payloadId }) => payloadId)).toEqual(["one"]);
    expect((await json("events", "dead", "list")).map(({ payloadId }) => payloadId)).toEqual(["two"]);
    expect((await ldRelay(["events", "dead", "drop"])).code).toBe(1);
  });

  it("replays letters, which then are delivered, and says how far it is", async () => {
    await bury();
    await using forwarder = await startRelay({
      role: "forwarder",
      config: ({ adminPort }) => `${config()}\n[Admin]\nport = ${adminPort}`,
    });
    await forwarder.waitUntilReady();
    const { code, stdout, stderr } = await ldRelay(["events", "dead", "replay", "--all"]);
    expect([code, stdout, stderr]).toEqual([0, "", "2 replayed in all\n"]);
    await eventually("both to be delivered", () => launchDarkly.events.counted.length === 2);
    expect(
      launchDarkly.events
        .ofKind("custom")
        .map(({ key }) => key)
        .sort(),
    ).toEqual(["marker-1", "marker-2"]);
    expect(await json("events", "dead", "list")).toEqual([]);
  });
});

describe("ld-relay events", () => {
  it("says what there is, by environment, state and reason", async () => {
    await bury();
    await client.queue.add([analytics("three", ["x"])]);
    const rows = await json("events", "status", "--environment", "Spree Test");
    expect(rows.map(({ state, reason, count }) => [state, reason, count])).toEqual([
      ["waiting", null, 1],
      ["in flight", null, 0],
      ["dead", "status 400", 1],
      ["dead", "too old: ECONNREFUSED", 1],
    ]);
    for (const { count, bytes, oldestAt } of rows)
      expect([Number(bytes) > 0, typeof oldestAt]).toEqual(
        count === 0 ? [false, "object"] : [true, "string"],
      );
    const { stdout } = await ldRelay(["events", "status"]);
    expect(stdout).toMatch(/^ENVIRONMENT +STATE +COUNT +OLDEST +SIZE +REASON\n/);
    expect(stdout).toMatch(/^Other +waiting +0 /m);
  });

  it("pauses the delivery by hand, and goes on", async () => {
    await using forwarder = await startRelay({
      role: "forwarder",
      config: ({ adminPort }) => `${config()}\n[Admin]\nport = ${adminPort}`,
    });
    await forwarder.waitUntilReady();
    expect((await ldRelay(["events", "pause", "--environment", "Spree Test"])).stdout).toBe(
      "Spree Test: paused until events resume\n",
    );
    await client.queue.add([analytics("three", ["x"])]);
    const states = async () => (await json("events", "status")).map(({ state }) => state);
    expect(await states()).toContain("paused");
    expect(launchDarkly.events.attempts).toEqual([]);
    expect((await ldRelay(["events", "resume"])).stdout).toContain("Spree Test: resumed\n");
    await eventually("it to be delivered", () => launchDarkly.events.counted.length === 1);
  });

  it("says what is parked, where and why, and lets it be tried at once", async () => {
    const fault = launchDarkly.faults.add({
      ...{ on: "events", path: "/diagnostic", reaction: { kind: "answer", status: 403 } },
    });
    await using forwarder = await startRelay({
      role: "forwarder",
      config: ({ adminPort }) => `${config()}\n[Admin]\nport = ${adminPort}`,
    });
    await forwarder.waitUntilReady();
    await client.queue.add([
      { ...analytics("diagnostic", []), kind: "server-diagnostic" },
      analytics("one", ["x"]),
    ]);
    await eventually("the other to be delivered", () => launchDarkly.events.counted.length === 1);
    await eventually("it to be parked", async () => (await client.parked()).length === 1);
    const rows = await json("events", "status", "--environment", "Spree Test");
    expect(rows.find(({ state }) => state === "parked")).toMatchObject({
      count: 1,
      reason: "SDK key at /diagnostic: status 403",
      credential: "SDK key",
      path: "/diagnostic",
      nextTryAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    const { stdout } = await ldRelay(["events", "status"]);
    expect(stdout).toMatch(
      /^Spree Test +parked +1 .* SDK key at \/diagnostic: status 403, next try in \d+s$/m,
    );
    const metBefore = fault.met;
    fault.remove();
    expect((await ldRelay(["events", "resume", "--environment", "Spree Test"])).stdout).toBe(
      "Spree Test: resumed; tried at once: SDK key at /diagnostic (was: status 403)\n",
    );
    await eventually("it to be delivered", async () => (await client.parked()).length === 0, {
      timeoutMs: 5000,
    });
    expect(fault.met).toBe(metBefore);
    await forwarder.waitForLog(({ event }) => event === "events.parking.ended");
  });

  it("finds the private Redis of a relay that runs, and says clearly when none does", async () => {
    const alone = await ldRelay(["events", "status"], config(""));
    expect([alone.code, alone.stdout]).toEqual([1, ""]);
    expect(alone.stderr).toContain("no Redis is configured, and no relay with a private one runs");
    await using relay = await startRelay({
      config: ({ port, adminPort }) =>
        `${config("").replace("[Main]", `[Main]\nport = ${port}`)}\n[Admin]\nport = ${adminPort}`,
    });
    const found = async () => {
      const { code } = await ldRelay(["events", "status"], config(""));
      return relay.running && code === 0;
    };
    await eventually("the command to find it", found, { timeoutMs: 60_000 });
  });

  it("says which Redis does not answer", async () => {
    await redis.stop();
    const { code, stdout, stderr } = await ldRelay(["events", "status"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^Error: Redis at redis:\/\/127.0.0.1:\d+ cannot be used: .*ECONNREFUSED/);
  });
});

describe("ld-relay check-config --probe", () => {
  it("warns of a Redis that may forget events, which may be another than that of the flags", async () => {
    const good = await ldRelay(["check-config", "--probe"]);
    expect([good.code, good.stdout.match(/^Redis at.*|^WARNING.*/gm)]).toEqual([
      0,
      [`Redis at redis://127.0.0.1:${redis.port} can be used`],
    ]);
    await using forgetful = await startRedis({
      appendOnly: false,
      settings: { "maxmemory-policy": "allkeys-lru" },
    });
    const text_ = config().replace("[Events]", `[Events]\nredisUrl = ${forgetful.url}`);
    const bad = await ldRelay(["check-config", "--probe"], text_);
    expect(bad.stdout.match(/^Redis at.*|^WARNING[^:]*: .*(allkeys-lru|on disk)/gm)).toEqual([
      `Redis at redis://127.0.0.1:${redis.port} can be used`,
      `Redis at redis://127.0.0.1:${forgetful.port} can be used`,
      expect.stringContaining("allkeys-lru"),
      expect.stringContaining("on disk"),
    ]);
  });
});
