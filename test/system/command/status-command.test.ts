import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import packageFile from "../../../package.json" with { type: "json" };
import type { RelayStatus } from "../../../services/operator/relay-status.ts";
import { flag, segment } from "../../../simulator/content.ts";
import { freePort } from "../../../simulator/free-port.ts";
import { Deployment } from "../../support/deployment.ts";
import { eventually, eventuallyPasses } from "../../support/eventually.ts";
import { freeRelayPorts, startRelay, stopAll } from "../../support/relay-process.ts";
import { openSse } from "../../support/sse.ts";
import { removeFolder, tempFolder } from "../../support/temp-folder.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const KEY = "sdk-0123456789-spree";

const folders: string[] = [];
function newFolder(): string {
  const folder = tempFolder();
  folders.push(folder);
  return folder;
}

afterAll(async () => {
  folders.forEach(removeFolder);
  await stopAll();
});

/** Runs `ld-relay status` as an operator does. */
async function status(config: string, ...options: readonly string[]) {
  const file = join(newFolder(), "relay.conf");
  writeFileSync(file, config);
  const child = spawn(process.execPath, ["services/cli.ts", "status", ...options, "--config", file], {
    cwd: ROOT,
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code: child.exitCode, stdout, stderr };
}

async function statusJson(config: string): Promise<RelayStatus> {
  const { stdout, stderr } = await status(config, "--json");
  expect(stderr).toBe("");
  return JSON.parse(stdout) as RelayStatus;
}

describe.concurrent("ld-relay status", () => {
  it("shows which roles are there, who leads, and how flags, streams and events do", async () => {
    await using deployment = await Deployment.open(`[Environment "Spree"]\nsdkKey = ${KEY}`);
    deployment.ld.environment(KEY).set(flag("a"), flag("b"), segment("s"));
    const config = deployment.config(await freeRelayPorts());
    await deployment.start("ingestor", "edge", "forwarder");
    const stream = await openSse(`${deployment.role("edge").url}/all`, { headers: { Authorization: KEY } });

    await eventuallyPasses("all roles are shown with what they do", async () => {
      const { at, redis, environments, notices } = await statusJson(config);
      expect(notices).toEqual([]);
      expect(Date.parse(at ?? "")).toBeGreaterThan(0);
      expect(redis).toEqual([
        { use: "flags and events", address: deployment.redis.url, state: "up", problem: null },
      ]);
      const pid = (role: "ingestor" | "edge" | "forwarder") => deployment.role(role).pid;
      const about = { version: packageFile.version, host: expect.any(String), startedAt: expect.any(Number) };
      expect(environments).toEqual([
        expect.objectContaining({
          name: "Spree",
          hasData: true,
          flags: 2,
          segments: 1,
          leased: true,
          leader: expect.objectContaining({ role: "ingestor", pid: pid("ingestor"), leads: true }),
          upstream: expect.objectContaining({ state: "VALID" }),
          roles: [
            expect.objectContaining({ role: "ingestor", leads: true, pid: pid("ingestor"), ...about }),
            expect.objectContaining({ role: "edge", streams: 1, offset: 1, pid: pid("edge"), ...about }),
            expect.objectContaining({ role: "forwarder", trouble: null, pid: pid("forwarder"), ...about }),
          ],
          queue: [
            expect.objectContaining({ state: "waiting", count: 0 }),
            expect.objectContaining({ state: "in flight" }),
          ],
        }),
      ]);
    });

    const { code, stdout } = await status(config);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ENVIRONMENT +PART +WHERE +STATE +DETAIL$/m);
    expect(stdout).toMatch(/^Spree +LaunchDarkly +VALID +for /m);
    expect(stdout).toMatch(
      new RegExp(`^Spree +edge +\\S+/${deployment.role("edge").pid} +serves +position 1, 1 streams`, "m"),
    );
    expect(stdout).not.toContain(KEY);

    const names = await deployment.redis.client((client) => client.client("LIST"));
    for (const name of ["ingestor:command", "edge:command", "edge:subscriber", "forwarder:command"])
      expect(names).toContain(`name=ld-relay:${name}`);

    stream.close();
    await deployment.role("edge").stop();
    await deployment.role("ingestor").kill();
    const without = await statusJson(config);
    expect(without.notices).toContain("no edge is running");
    await eventually(
      "Redis forgets the killed ingestor",
      async () => (await statusJson(config)).notices.includes("no ingestor is running"),
      { timeoutMs: 60_000, everyMs: 1000 },
    );
  });

  it("says which roles are not running, and who has claimed a prefix", async () => {
    await using deployment = await Deployment.open(`[Environment "Spree"]\nsdkKey = ${KEY}\nprefix = shared`);
    const config = deployment.config(await freeRelayPorts());
    await deployment.redis.client((client) =>
      client.hset("shared:$relay", "claim", "other-id|0123456789abcdef|Their%20Shop"),
    );
    const { code, stdout } = await status(config);
    expect(code).toBe(0);
    for (const line of [
      "no ingestor is running",
      "no edge is running",
      "no forwarder is running",
      'the prefix shared of "Spree" is claimed by "Their Shop" of another installation',
    ])
      expect(stdout).toContain(line);
  });

  it("says that Redis is away, with exit code 1, and shows what is known all the same", async () => {
    await using deployment = await Deployment.open(`[Environment "Spree"]\nsdkKey = ${KEY}`);
    const away = `redis://127.0.0.1:${await freePort()}`;
    const config = deployment.config(await freeRelayPorts());

    const flagsAway = config.replace(deployment.redis.url, away);
    const [plain, json, eventsAway] = await Promise.all([
      status(flagsAway),
      status(flagsAway, "--json"),
      status(config.replace("[Events]", `[Events]\nredisUrl = ${away}`), "--json"),
    ]);
    expect(plain).toMatchObject({ code: 1, stderr: "" });
    expect(plain.stdout).toContain(`Redis at ${away} cannot be used`);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ at: null, redis: [{ state: "away" }], environments: [] });

    expect(eventsAway.code).toBe(1);
    expect(JSON.parse(eventsAway.stdout)).toMatchObject({
      redis: [
        { use: "flags", state: "up" },
        { use: "events", state: "away" },
      ],
      environments: [{ name: "Spree", queue: null }],
    });
  });

  it("finds the private Redis of a relay on the same data folder, and says when there is none", async () => {
    await using deployment = await Deployment.open(`[Environment "Spree"]\nsdkKey = ${KEY}`);
    deployment.ld.environment(KEY).set(flag("a"));
    const config = deployment.config(await freeRelayPorts());
    const dataDir = newFolder();
    const alone = config
      .replace(/\[Redis\]\nurl = .*\n/, "")
      .replace("[Main]", `[Main]\ndataDir = ${dataDir}`);
    const before = await status(alone);
    expect(before.code).toBe(1);
    expect(before.stdout).toContain(`no relay with a private one runs on [Main] dataDir ${dataDir}`);

    await using relay = await startRelay({
      config: (ports) =>
        alone
          .replace(/^port = .*/m, `port = ${ports.port}`)
          .replace(/\[Admin\]\nport = .*/, `[Admin]\nport = ${ports.adminPort}`),
    });
    await relay.waitUntilReady();
    await eventuallyPasses("all roles of the one process are shown", async () => {
      const { notices, environments } = await statusJson(alone);
      expect(notices).toEqual([]);
      expect(environments[0]?.roles.map(({ role, pid }) => [role, pid])).toEqual(
        ["ingestor", "edge", "forwarder"].map((role) => [role, relay.pid]),
      );
    });
  });
});
