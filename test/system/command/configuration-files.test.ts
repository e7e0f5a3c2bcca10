import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { flag } from "../../../simulator/content.ts";
import { startLaunchDarkly } from "../../../simulator/simulator.ts";
import { runCommand } from "../../support/command.ts";
import { BROKEN_FILES } from "../../support/configurations/broken-files.ts";
import { FIRST_RELAY } from "../../support/configurations/first-relay.ts";
import { eventually } from "../../support/eventually.ts";
import { leaks } from "../../support/leaks.ts";
import { startRedis } from "../../support/redis.ts";
import { freeRelayPorts, startRelay, stopAll } from "../../support/relay-process.ts";
import { removeFolder, tempFolder } from "../../support/temp-folder.ts";
import { SDKS, startSdk } from "../sdks/clients.ts";

const ANN = { kind: "user", key: "ann@example.com" };

afterEach(() => stopAll());

const EXAMPLES = [
  {
    name: "the first relay's example, verbatim and indented as it is",
    config: FIRST_RELAY,
    sdkKeys: ["SPREE_PROD_API_KEY", "SPREE_TEST_API_KEY"],
    notices: ["apiKey", "heartbeatIntervalSecs", "flushIntervalSecs"],
  },
  {
    name: "our own ld-relay.conf",
    config: readFileSync(new URL("../../../ld-relay.conf", import.meta.url), "utf8"),
    sdkKeys: ["SPREE_PROD_SDK_KEY", "SPREE_TEST_SDK_KEY", "SHOPNIFY_PROD_SDK_KEY", "SHOPNIFY_TEST_SDK_KEY"],
    notices: [],
  },
];

describe.each(EXAMPLES)("$name", ({ config, sdkKeys, notices }) => {
  it("runs against another LaunchDarkly and Redis by variables alone", async () => {
    const [ld, redis, ports] = await Promise.all([startLaunchDarkly(), startRedis(), freeRelayPorts()]);
    onTestFinished(() => ld.stop());
    onTestFinished(() => redis[Symbol.asyncDispose]());
    for (const sdkKey of sdkKeys) ld.environment(sdkKey).set(flag("whose", { variations: [sdkKey] }));
    const relay = await startRelay({
      config,
      ports,
      args: ["--from-env"],
      env: {
        STREAM_URI: ld.url,
        BASE_URI: ld.url,
        EVENTS_HOST: ld.url,
        REDIS_PORT: String(redis.port),
        PORT: String(ports.port),
        ADMIN_PORT: String(ports.adminPort),
      },
    });
    await relay.waitUntilReady();

    const clients = await Promise.all(sdkKeys.map((sdkKey) => startSdk(SDKS[0], sdkKey, relay.url)));
    const values = await Promise.all(clients.map((client) => client.variation("whose", ANN, null)));
    expect(values).toEqual(sdkKeys);
    for (const client of clients) {
      client.track("started", ANN);
      await client.flush();
    }
    await eventually("everybody's events", () => ld.events.ofKind("custom").length === sdkKeys.length);

    expect(await relay.stop()).toEqual({ code: 0, signal: null });
    for (const old of notices)
      expect(relay.logs.filter(({ message }) => String(message).includes(old))).not.toEqual([]);
    expect(leaks(relay.output, sdkKeys, [ANN.key])).toEqual([]);
  });
});

describe("check-config of a broken file", () => {
  it.each(BROKEN_FILES)("gives all problems in one error: $name", async ({ text, variables, problems }) => {
    const folder = tempFolder();
    onTestFinished(() => removeFolder(folder));
    const file = join(folder, "relay.conf");
    writeFileSync(file, text);
    const { code, stdout, stderr } = await runCommand(
      ["check-config", "--config", file, "--from-env"],
      variables,
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    const lines = problems.map((problem) => `  ${problem.replace(/^relay\.conf/, file)}\n`);
    const withoutWarnings = stderr.replaceAll(/^ {2}warning: .*\n/gm, "");
    expect(withoutWarnings).toBe(`Error: the configuration cannot be used:\n${lines.join("")}`);
  });
});
