import { execFile } from "node:child_process";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { flag } from "../../simulator/content.ts";
import { Deployment } from "../support/deployment.ts";
import { eventually, eventuallyPasses } from "../support/eventually.ts";
import { archiveOf, envOf } from "../support/hand-made-archive.ts";
import { startRedis } from "../support/redis.ts";
import { type RelayPorts, startRelay, stopAll } from "../support/relay-process.ts";
import { openSse } from "../support/sse.ts";
import { removeFolder, tempFolder } from "../support/temp-folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const command = (...args: readonly string[]): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, ["services/cli.ts", ...args], { cwd: ROOT });

let folder: string;
let path: string;
beforeAll(() => {
  folder = tempFolder();
  path = join(folder, "archive.tar.gz");
});
afterEach(stopAll);
afterAll(() => removeFolder(folder));

/** Where LaunchDarkly would be: counts connections, of which there must be none. */
async function nobody(): Promise<{ readonly url: string; readonly connections: () => number }> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}`, connections: () => connections };
}

const offlineConfig =
  (upstream: string, more = "") =>
  ({ port, adminPort }: RelayPorts): string =>
    `[Main]
port = ${port}
streamUri = ${upstream}
baseUri = ${upstream}
clientSideBaseUri = ${upstream}
dataDir = ${join(folder, "data")}
[Admin]
port = ${adminPort}
[Events]
eventsUri = ${upstream}
sendEvents = true
[OfflineMode]
fileDataSource = ${path}
fileDataSourceMonitoringInterval = 100ms
${more}`;

const poll = (url: string, key: string): Promise<Response> =>
  fetch(`${url}/sdk/latest-all`, { headers: { Authorization: key } });

describe("a relay in offline mode", () => {
  it("serves what a connected relay had, all in one, and lets nothing out", async () => {
    await using connected = await Deployment.open(
      '[Environment "Spree"]\nsdkKey = sdk-spree\nenvId = id-spree',
    );
    connected.ld.environment("sdk-spree").set(flag("a", { version: 7 }));
    await connected.start("ingestor");
    const file = join(folder, "connected.conf");
    writeFileSync(file, connected.config({ port: 1, adminPort: 2 }));
    await eventually("an archive", () => command("archive", "create", path, "--config", file));
    expect((await command("archive", "verify", path)).stdout).toContain("its environment can be used");

    const upstream = await nobody();
    const relay = await startRelay({ config: offlineConfig(upstream.url) });
    await relay.waitUntilReady();
    expect(await (await poll(relay.url, "sdk-spree")).json()).toMatchObject({ flags: { a: { version: 7 } } });
    expect((await poll(relay.url, "sdk-other")).status).toBe(401);
    const status = await (await fetch(`${relay.url}/status`)).json();
    expect(status).toMatchObject({
      status: "healthy",
      environments: { "id-spree": { status: "connected", connectionStatus: { state: "VALID" } } },
    });
    for (const body of ['[{"kind":"identify"}]', ""])
      expect(
        (await fetch(`${relay.url}/bulk`, { method: "POST", headers: { Authorization: "sdk-spree" }, body }))
          .status,
      ).toBe(202);
    const goals = await fetch(`${relay.url}/sdk/goals/id-spree`);
    expect([goals.status, await goals.json()]).toEqual([200, []]);
    const metrics = await (await fetch(`${relay.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/event_payloads_discarded_total\{[^}]*environment="id-spree"[^}]*\} 2/);
    const code = await relay.stop();
    expect(code).toMatchObject({ code: 0 });
    expect(upstream.connections()).toBe(0);
  });

  it("works in roles of their own, and takes over a new archive without ending streams", async () => {
    await using redis = await startRedis();
    const upstream = await nobody();
    writeFileSync(path, archiveOf({ envId: "one" }, { envId: "two" }));
    const config = offlineConfig(upstream.url, `[Redis]\nurl = ${redis.url}\n`);
    const [ingestor, edge, forwarder] = await Promise.all(
      (["ingestor", "edge", "forwarder"] as const).map((role) => startRelay({ role, config })),
    );
    if (!ingestor || !edge || !forwarder) throw new Error("three roles");
    await Promise.all([ingestor, edge, forwarder].map((relay) => relay.waitUntilReady()));
    const stream = await openSse(`${edge.url}/all`, { headers: { Authorization: "sdk-one" } });
    onTestFinished(() => stream.close());
    await eventually("the first put", () => stream.events.length === 1);

    const sdkKey = { value: "sdk-new", expiring: { value: "sdk-one", timestamp: Date.now() + 3_600_000 } };
    const env = envOf("one", { version: 2, sdkKey });
    writeFileSync(
      `${path}.new`,
      archiveOf({ envId: "one", env, dataId: "data-2", flagVersion: 2 }, { envId: "three" }),
    );
    renameSync(`${path}.new`, path);
    await eventuallyPasses("the new environments", async () => {
      expect((await poll(edge.url, "sdk-new")).status).toBe(200);
      expect((await poll(edge.url, "sdk-one")).status).toBe(200);
      expect((await poll(edge.url, "sdk-three")).status).toBe(200);
      expect((await poll(edge.url, "sdk-two")).status).toBe(401);
    });
    await eventually("the change", () => stream.events.length === 2);
    expect(stream.events.at(-1)?.data).toContain('"version":2');
    await Promise.all([edge, ingestor, forwarder].map((relay) => relay.stop()));
    expect(upstream.connections()).toBe(0);
  });

  it("does not start without an archive that can be used, and check-config says why", async () => {
    rmSync(path, { force: true });
    const file = join(folder, "offline.conf");
    const config = offlineConfig("http://127.0.0.1:1")({ port: 1, adminPort: 2 });
    writeFileSync(file, config);
    await expect(command("check-config", "--config", file)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("there is no such file"),
    });
    const relay = await startRelay({ config: offlineConfig("http://127.0.0.1:1") });
    expect(await relay.exited).toMatchObject({ code: 1 });
    expect(relay.output.join("\n")).toContain("there is no such file");
    writeFileSync(path, archiveOf({ envId: "one" }));
    expect((await command("check-config", "--config", file)).stdout).toMatch(/^one +Shop +Production/m);
  });
});
