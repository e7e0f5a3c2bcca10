import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { flag } from "../../simulator/content.ts";
import { type LaunchDarklySimulator, startLaunchDarkly } from "../../simulator/simulator.ts";
import { startProcess } from "../support/child-process.ts";
import { eventually } from "../support/eventually.ts";
import { freeRelayPorts } from "../support/relay-process.ts";
import { removeFolder, tempFolder } from "../support/temp-folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const INSTALL_MS = 120_000;

/** The npm package of this checkout, installed in an otherwise empty folder, as its users have it. */
describe("the npm package", () => {
  let folder: string;
  let ld: LaunchDarklySimulator;

  beforeAll(async () => {
    folder = tempFolder();
    ld = await startLaunchDarkly();
    ld.environment("sdk-packed").set(flag("checkout"));
    const packed = npm(ROOT, "pack", "--pack-destination", folder);
    expect(packed.status, packed.stderr).toBe(0);
    const [tarball = "none"] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
    writeFileSync(join(folder, "package.json"), '{ "private": true }');
    const installed = npm(folder, "install", join(folder, tarball));
    expect(installed.status, installed.stderr).toBe(0);
  }, INSTALL_MS);
  afterAll(async () => {
    await ld.stop();
    removeFolder(folder);
  });

  it("brings no other package, and no sources", () => {
    const packages = readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."));
    expect(packages).toEqual(["ld-relay"]);
    const files = readdirSync(join(folder, "node_modules/ld-relay"), { recursive: true }).map(String);
    expect(files.filter((file) => file.endsWith(".ts"))).toEqual([]);
    for (const file of ["LICENSE", "README.md", "dist/THIRD-PARTY-LICENSES.txt", "dist/ld-relay.cdx.json"])
      expect(files).toContain(file);
  });

  it("answers npx ld-relay --help and --version", () => {
    const help = npx("--help");
    expect(help).toMatchObject({ status: 0, stderr: "" });
    expect(help.stdout).toContain("ingestor");
    expect(npx("--version").stdout).toMatch(/^LaunchDarkly relay version \d/);
  });

  it("starts with npx ld-relay --config FILE, serves flags with a Redis of its own, and ends in order", async () => {
    const { port, adminPort } = await freeRelayPorts();
    const file = join(folder, "my.conf");
    writeFileSync(
      file,
      `[Main]
port = ${port}
streamUri = ${ld.url}
[Admin]
port = ${adminPort}
[Environment "Packed"]
sdkKey = sdk-packed`,
    );
    const relay = await startProcess({
      name: "npx ld-relay",
      file: "npx",
      args: ["ld-relay", "--config", file],
      cwd: folder,
      ownGroup: true,
    });
    try {
      const flags = await eventually("the flags", async () => {
        const headers = { Authorization: "sdk-packed" };
        const response = await fetch(`http://127.0.0.1:${port}/sdk/latest-all`, { headers });
        return response.status === 200 && response.text();
      });
      expect(flags).toContain("checkout");
      expect((await fetch(`http://127.0.0.1:${adminPort}/readyz`)).status).toBe(200);
    } finally {
      // To npx and the relay, as Ctrl-C in a terminal is.
      process.kill(-relay.pid, "SIGINT");
      await relay.exited;
    }
    await eventually("the relay's end", () => relay.lines.some((line) => line.includes('"process.stopped"')));
  });

  it("loads for a role only what that needs", () => {
    const worker = "bullmq/dist/esm/classes/worker.js";
    const edge = loadedBy("edge");
    expect(edge).toContain("node_modules/hono/");
    expect(edge).not.toContain("node_modules/pino-pretty/");
    expect(edge).not.toContain(worker);
    const forwarder = loadedBy("forwarder");
    expect(forwarder).toContain(worker);
    expect(forwarder).not.toMatch(/node_modules\/(@?hono|pino-pretty|re2js|eventsource)\//);
    expect(loadedBy("ingestor")).not.toMatch(/node_modules\/(@?hono|bullmq|pino-pretty|re2js)\//);
  });

  function npx(...args: string[]) {
    return spawnSync("npx", ["ld-relay", ...args], { cwd: folder, encoding: "utf8" });
  }

  /** The packages' modules in all files that a role imports, at start or later, without other roles and commands. */
  function loadedBy(role: "edge" | "forwarder" | "ingestor"): string {
    const dist = join(folder, "node_modules/ld-relay/dist/chunks");
    // A file that only passes on what others export has no map.
    const sourcesOf = (file: string): string =>
      existsSync(join(dist, `${file}.map`))
        ? JSON.parse(readFileSync(join(dist, `${file}.map`), "utf8")).sources.join("\n")
        : "";
    const starts = ["services/cli/run.ts", `services/${role}/main.ts`];
    const entries = readdirSync(dist).filter(
      (file) => file.endsWith(".js") && starts.some((start) => sourcesOf(file).includes(start)),
    );
    expect(entries.length).toBeGreaterThan(1);
    const seen = new Set<string>();
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      const code = readFileSync(join(dist, file), "utf8");
      for (const [, imported] of code.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) visit(imported ?? "");
    };
    for (const entry of entries) visit(entry);
    return [...seen].map(sourcesOf).join("\n");
  }
});

function npm(cwd: string, ...args: string[]) {
  return spawnSync("npm", args, { cwd, encoding: "utf8" });
}
