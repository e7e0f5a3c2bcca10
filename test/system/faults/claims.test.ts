import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { flag } from "../../../simulator/content.ts";
import { type LaunchDarklySimulator, startLaunchDarkly } from "../../../simulator/simulator.ts";
import { runCommand } from "../../support/command.ts";
import { eventually, eventuallyPasses } from "../../support/eventually.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { freeRelayPorts, type RelayProcess, startRelay } from "../../support/relay-process.ts";
import { openSse, type SseStream } from "../../support/sse.ts";
import { removeFolder, tempFolder } from "../../support/temp-folder.ts";
import { heldBy } from "./held-items.ts";

const START_MS = 40_000;

/** An installation of the relay, all in one process, whose one environment leaves its prefix out. */
class Installation {
  readonly relay: RelayProcess;
  readonly #sdkKey: string;
  readonly #file: string;

  private constructor(relay: RelayProcess, sdkKey: string, file: string) {
    this.relay = relay;
    this.#sdkKey = sdkKey;
    this.#file = file;
  }

  static async start(
    ld: LaunchDarklySimulator,
    redis: TestRedis,
    name: string,
    sdkKey: string,
  ): Promise<Installation> {
    const ports = await freeRelayPorts();
    const folder = tempFolder();
    const file = join(folder, "relay.conf");
    const config = `[Main]
port = ${ports.port}
streamUri = ${ld.url}
initTimeout = 1s
[Admin]
port = ${ports.adminPort}
[Redis]
url = ${redis.url}
[Environment "${name}"]
sdkKey = ${sdkKey}
`;
    writeFileSync(file, config);
    const relay = await startRelay({ config, ports });
    onTestFinished(async () => {
      await relay.kill();
      removeFolder(folder);
    });
    await relay.waitForLog(({ message }) => message === "admin listener is open", { timeoutMs: START_MS });
    return new Installation(relay, sdkKey, file);
  }

  async flags(): Promise<unknown> {
    const headers = { Authorization: this.#sdkKey };
    const response = await fetch(`${this.relay.url}/sdk/latest-all`, { headers });
    if (response.status !== 200) return response.status;
    return Object.keys(((await response.json()) as { flags: object }).flags);
  }

  async connect(): Promise<SseStream> {
    const stream = await openSse(`${this.relay.url}/all`, { headers: { Authorization: this.#sdkKey } });
    onTestFinished(() => stream.close());
    await stream.waitFor("put");
    return stream;
  }

  claim(...args: readonly string[]) {
    return runCommand(["claim", "--config", this.#file, ...args]);
  }
}

/** A Redis, and a LaunchDarkly that says the environments' ids or not. */
async function world(says: "says" | "says not") {
  const [ld, redis] = [await startLaunchDarkly(), await startRedis()];
  onTestFinished(async () => {
    await redis[Symbol.asyncDispose]();
    await ld.stop();
  });
  const environment = (sdkKey: string, envId: string) =>
    ld.environment(sdkKey, says === "says" ? { envId } : {});
  return { ld, redis, environment };
}

describe("two installations that leave the prefix out, on one Redis", () => {
  it.each(["says", "says not"] as const)(
    "never serve each other's flags, and the second says whose they are (LaunchDarkly %s ids)",
    async (says) => {
      const { ld, redis, environment } = await world(says);
      const ours = environment("sdk-first", "id-first");
      ours.set(flag("first-flag"));
      const theirs = environment("sdk-second", "id-second");
      theirs.set(flag("second-flag"));
      const first = await Installation.start(ld, redis, "Production", "sdk-first");
      await first.relay.waitUntilReady({ timeoutMs: START_MS });
      const stream = await first.connect();

      const second = await Installation.start(ld, redis, "Staging", "sdk-second");
      const said = await second.relay.waitForLog(
        ({ event, message }) => event === "claim.foreign" && String(message).startsWith("the prefix"),
        { timeoutMs: START_MS },
      );
      expect(said.message).toContain("Staging");
      expect(said.message).toContain("ld-relay claim --force");
      // What is the first's goes on, and none of it comes to the second.
      ours.change("flags", "first-flag", { on: false });
      await stream.waitFor("patch");
      expect(await second.flags()).toBe(503);
      expect(await first.flags()).toEqual(["first-flag"]);
      const table = await second.claim();
      expect(table.code).toBe(0);
      expect(table.stdout).toMatch(/Staging +launchdarkly +"Production"/);
    },
    90_000,
  );

  it("change places when the second takes the prefix over, and SDKs of the first keep what they have", async () => {
    const { ld, redis, environment } = await world("says");
    environment("sdk-first", "id-first").set(flag("first-flag"));
    const theirs = environment("sdk-second", "id-second");
    theirs.set(flag("second-flag"));
    const first = await Installation.start(ld, redis, "Production", "sdk-first");
    await first.relay.waitUntilReady({ timeoutMs: START_MS });
    const stream = await first.connect();
    const second = await Installation.start(ld, redis, "Production", "sdk-second");
    await second.relay.waitForLog(({ event }) => event === "claim.foreign", { timeoutMs: START_MS });

    const forced = await second.claim("--force");
    expect(forced).toMatchObject({ code: 0 });
    expect(forced.stdout).toContain('took the prefix "launchdarkly" over');
    await eventuallyPasses("the second's flags", async () => {
      expect(await second.flags()).toEqual(["second-flag"]);
    });
    await first.relay.waitForLog(({ event }) => event === "claim.foreign");
    theirs.change("flags", "second-flag", { on: false });
    await eventually("the second's change in Redis", async () => {
      const raw = await redis.client((client) => client.hget("launchdarkly:features", "second-flag"));
      return raw?.includes('"version":2');
    });
    expect(Object.keys(heldBy(stream.events).flags)).toEqual(["first-flag"]);
    expect(stream.events.map(({ event }) => event)).toEqual(["put"]);
    expect(await first.flags()).toEqual(["first-flag"]);
    expect((await second.claim("--force")).stdout).toContain("nothing to take over");
  }, 90_000);
});

describe("an environment whose key was exchanged while nothing ran", () => {
  it("finds its own prefix again by the id that LaunchDarkly says", async () => {
    const { ld, redis, environment } = await world("says");
    environment("sdk-old", "id-of-shop").set(flag("checkout"));
    const before = await Installation.start(ld, redis, "Shop", "sdk-old");
    await before.relay.waitUntilReady({ timeoutMs: START_MS });
    await before.relay.stop();

    environment("sdk-new", "id-of-shop").set(flag("checkout"), flag("another"));
    const after = await Installation.start(ld, redis, "Shop", "sdk-new");
    await eventuallyPasses(
      "the flags",
      async () => {
        expect(await after.flags()).toEqual(["another", "checkout"]);
      },
      { timeoutMs: START_MS },
    );
    expect(
      after.relay.logs.filter(({ event, role }) => event === "claim.foreign" && role === "ingestor"),
    ).toEqual([]);
  }, 90_000);
});
