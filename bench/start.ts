import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { flag } from "../simulator/content.ts";
import { startLaunchDarkly } from "../simulator/simulator.ts";
import { startProcess } from "../test/support/child-process.ts";
import { startRedis } from "../test/support/redis.ts";
import { freeRelayPorts } from "../test/support/relay-process.ts";
import { residentMb } from "../test/support/resident-memory.ts";
import { removeFolder, tempFolder } from "../test/support/temp-folder.ts";
import { median, verdict } from "./figures.ts";

const ROOT = join(import.meta.dirname, "..");
const ROLES = ["ingestor", "edge", "forwarder"] as const;
const MAX_RSS_MB = 120;
const MAX_READY_MS = 350;
/** How long after it is ready a process counts as idle. */
const IDLE_AFTER_MS = 3000;

interface Start {
  readonly readyMs: number;
  readonly rssMb: number;
}

/**
 * How much memory each role takes as it was built, idle, with Redis and one small environment, and how soon it is ready,
 * beside a bare Node on the same machine. Options: `--rounds=5`.
 */
export async function benchStart(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({ args: [...args], options: { rounds: { type: "string", default: "5" } } });
  const built = spawnSync(process.execPath, ["scripts/run.js", "scripts/build.ts"], {
    cwd: ROOT,
    stdio: "inherit",
  });
  if (built.status !== 0) throw new Error("the build failed");
  const ld = await startLaunchDarkly();
  await using redis = await startRedis();
  ld.environment("sdk-bench").set(flag("one"), flag("two"));
  try {
    const starts = new Map(ROLES.map((role) => [role, [] as Start[]]));
    const bare: number[] = [];
    for (let round = 0; round < Number(values.rounds); round += 1) {
      bare.push(await bareNode());
      // The ingestor first: an edge is ready once it has data.
      for (const [role, measured] of starts) measured.push(await start(role, ld.url, redis.url));
    }
    console.log(
      `\nmedians of ${values.rounds}; a bare node starts and ends in ${median(bare).toFixed(0)} ms\n`,
    );
    const verdicts = [...starts].flatMap(([role, measured]) => [
      verdict(`MB of the ${role}, idle`, median(measured.map(({ rssMb }) => rssMb)), "at most", MAX_RSS_MB),
      verdict(
        `ms until the ${role} is ready`,
        median(measured.map(({ readyMs }) => readyMs)),
        "at most",
        MAX_READY_MS,
      ),
    ]);
    return verdicts.every(Boolean);
  } finally {
    await ld.stop();
  }
}

async function start(role: (typeof ROLES)[number], streamUri: string, redisUrl: string): Promise<Start> {
  const { port, adminPort } = await freeRelayPorts();
  const folder = tempFolder();
  const file = join(folder, "ld-relay.conf");
  writeFileSync(
    file,
    `[Main]
port = ${port}
streamUri = ${streamUri}
[Admin]
port = ${adminPort}
[Events]
sendEvents = true
[Redis]
url = ${redisUrl}
[Environment "Bench"]
sdkKey = sdk-bench`,
  );
  const began = performance.now();
  const relay = await startProcess({
    name: role,
    file: process.execPath,
    args: [join(ROOT, "dist/ld-relay.js"), role, "--config", file],
    cwd: folder,
  });
  try {
    while (!(await isReady(adminPort))) await new Promise((resolve) => setTimeout(resolve, 2));
    const readyMs = performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve, IDLE_AFTER_MS));
    return { readyMs, rssMb: residentMb(relay.pid) };
  } finally {
    await relay.stop(15_000, "SIGINT");
    removeFolder(folder);
  }
}

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok;
    },
    () => false,
  );
}

/** How long a Node takes that has nothing to do, in milliseconds. */
function bareNode(): Promise<number> {
  const began = performance.now();
  return new Promise((resolve) => {
    spawn(process.execPath, ["-e", ""]).once("exit", () => resolve(performance.now() - began));
  });
}
