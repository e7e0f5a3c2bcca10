import { join } from "node:path";
import { afterEach, expect, it, onTestFinished } from "vitest";
import { flag } from "../../../simulator/content.ts";
import { type LaunchDarklySimulator, startLaunchDarkly } from "../../../simulator/simulator.ts";
import { eventually } from "../../support/eventually.ts";
import { leaks } from "../../support/leaks.ts";
import { type RelayProcess, startRelay, stopAll } from "../../support/relay-process.ts";
import { removeFolder, tempFolder } from "../../support/temp-folder.ts";
import { SDKS, startSdk } from "../sdks/clients.ts";

const SDK_KEY = "sdk-embedded-0123456789";
const ANN = { kind: "user", key: "ann@example.com" };

afterEach(() => stopAll());

/** Starts all three roles in one process, with their data in `folder`. */
function startEmbedded(ld: LaunchDarklySimulator, folder: string, options = ""): Promise<RelayProcess> {
  return startRelay({
    config: ({ port, adminPort }) => `[Main]
port = ${port}
streamUri = ${ld.url}
dataDir = ${join(folder, "data")}
initTimeout = 1s
logLevel = debug
${options}
[Admin]
port = ${adminPort}
[Events]
eventsUri = ${ld.url}
sendEvents = true
[Environment "Production"]
sdkKey = ${SDK_KEY}`,
  });
}

async function startUpstream(): Promise<LaunchDarklySimulator> {
  const ld = await startLaunchDarkly();
  onTestFinished(() => ld.stop());
  return ld;
}

function newFolder(): string {
  const folder = tempFolder();
  onTestFinished(() => removeFolder(folder));
  return folder;
}

it("without a Redis and a role, one process does it all, and its data survive a restart while LaunchDarkly is away", async () => {
  const ld = await startUpstream();
  const folder = newFolder();
  ld.environment(SDK_KEY).set(flag("checkout", { version: 5 }));

  const first = await startEmbedded(ld, folder);
  await first.waitUntilReady();
  const unavailable = ld.faults.add({ on: "events", reaction: { kind: "answer", status: 503 } });
  const client = await startSdk(SDKS[0], SDK_KEY, first.url, { diagnosticOptOut: true });
  expect(await client.variation("checkout", ANN, null)).toBe(true);
  client.track("bought", ANN);
  await client.flush();
  client.close();
  await eventually("a try to deliver the event", () => unavailable.met);
  expect(await first.stop()).toEqual({ code: 0, signal: null });
  expect(ld.events.accepted).toEqual([]);

  await ld.pause();
  const second = await startEmbedded(ld, folder);
  await second.waitUntilReady();
  const later = await startSdk(SDKS[0], SDK_KEY, second.url, { sendEvents: false });
  expect(await later.variation("checkout", ANN, null)).toBe(true);

  ld.faults.clear();
  await ld.resume();
  await eventually("the event of the first run", () => ld.events.ofKind("custom").length === 1, {
    timeoutMs: 60_000,
  });
  expect(await second.stop()).toEqual({ code: 0, signal: null });
  expect(leaks([...first.output, ...second.output], [SDK_KEY], [ANN.key])).toEqual([]);
});

it("exitOnError ends it with 1 when LaunchDarkly refuses the key, and the private Redis with it", async () => {
  const ld = await startUpstream();
  const folder = newFolder();
  const refused = await startEmbedded(ld, folder, "exitOnError = true");
  expect(await refused.exited).toEqual({ code: 1, signal: null });
  expect(refused.logs.find(({ message }) => message === "stopping")?.reason).toContain(
    "Production (key refused)",
  );

  // The same folder serves the next at once, so nobody has it any more.
  ld.environment(SDK_KEY).set(flag("checkout"));
  const once = await startEmbedded(ld, folder, "exitAlways = true\ninitTimeout = 10s");
  expect(await once.exited).toEqual({ code: 0, signal: null });
});
