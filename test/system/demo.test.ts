import { readdirSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { type RunningProcess, startProcess } from "../support/child-process.ts";
import { processesWith } from "../support/command-lines.ts";
import { eventually, eventuallyPasses } from "../support/eventually.ts";
import { openSse } from "../support/sse.ts";
import { removeFolder, tempFolder } from "../support/temp-folder.ts";

/** A demo, and the folder in which alone it may make its own: every command line of its processes names that. */
interface Demo {
  readonly process: RunningProcess;
  readonly folder: string;
}

async function startDemo(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Demo> {
  const folder = tempFolder();
  const demo = await startProcess({
    name: "the demo",
    file: process.execPath,
    args: ["demo/demo.ts", ...args],
    cwd: process.cwd(),
    env: { ...process.env, TMPDIR: folder, ...env },
  });
  onTestFinished(async () => {
    await demo.kill();
    for (const { pid } of processesWith(folder)) process.kill(pid, "SIGKILL");
    removeFolder(folder);
  });
  return { process: demo, folder };
}

const textOf = (demo: Demo): string => demo.process.lines.join("\n");

function says(demo: Demo, text: string): Promise<true> {
  return eventually(`the demo to say "${text}"`, () => {
    if (!demo.process.running) throw new Error(`it has ended:\n${textOf(demo)}`);
    return textOf(demo).includes(text);
  });
}

function expectNothingLeft({ folder }: Demo): void {
  expect(processesWith(folder)).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
}

it("shows how long changes take and which events arrive, and leaves nothing behind", async () => {
  const demo = await startDemo();
  expect(await demo.process.exited, textOf(demo)).toEqual({ code: 0, signal: null });

  const text = textOf(demo);
  expect(text).toMatch(/patch, version 2 +v2 +\+[\d.]+ ms +true +\+[\d.]+ ms +true +\+[\d.]+ ms$/m);
  expect(text).toMatch(/patch, version 3 +v3 +\+[\d.]+ ms +false +\+[\d.]+ ms +false +\+[\d.]+ ms$/m);
  expect(text).toMatch(/A change takes [\d.]+ ms from LaunchDarkly to an SDK/);
  for (const sdk of ["NodeJSClient/9", "NodeJSClient/7"])
    expect(text).toMatch(new RegExp(`/bulk +[0-9a-f]{8}… +${sdk}.+ 1 custom`));
  expect(text).toMatch(/4 payloads with \d+ events: 2 diagnostic-init, /);
  expect(Math.max(...demo.process.lines.map(({ length }) => length))).toBeLessThanOrEqual(100);
  expect(text).not.toContain("\u001b");
  expectNothingLeft(demo);
});

it("with --keep runs until Ctrl-C, and everything that it says to try works", async () => {
  const demo = await startDemo(["--keep"]);
  await says(demo, "Ctrl-C");
  expect(processesWith(demo.folder)).not.toEqual([]);

  const commands = [
    ...textOf(demo).matchAll(/^ *curl (?<stream>-N )?(?:-H 'Authorization: (?<key>.+)' )?(?<url>\S+)$/gm),
  ];
  expect(commands.map(({ groups }) => new URL(groups?.url ?? "").pathname)).toEqual([
    "/sdk/latest-all",
    "/all",
    "/status",
    "/readyz",
    "/metrics",
  ]);
  for (const { groups: { stream, key, url = "" } = {} } of commands) {
    const headers: Record<string, string> = key === undefined ? {} : { Authorization: key };
    if (stream === undefined) expect((await fetch(url, { headers })).status, url).toBe(200);
    else {
      const opened = await openSse(url, { headers });
      await opened.waitFor("put");
      await opened.waitFor("patch");
      opened.close();
    }
  }

  process.kill(demo.process.pid, "SIGINT");
  expect(await demo.process.exited, textOf(demo)).toEqual({ code: 0, signal: null });
  expectNothingLeft(demo);
});

it("interrupted while the relay starts, ends with 130 and leaves nothing behind", async () => {
  const demo = await startDemo();
  await eventually("the relay's process", () => processesWith(demo.folder).length > 0);
  process.kill(demo.process.pid, "SIGINT");
  expect(await demo.process.exited, textOf(demo)).toEqual({ code: 130, signal: null });
  expectNothingLeft(demo);
});

it("fails with the relay's own words when that cannot start", async () => {
  const demo = await startDemo([], { PATH: "/nowhere" });
  expect(await demo.process.exited).toEqual({ code: 1, signal: null });
  expect(textOf(demo)).toContain("The demo failed: the relay ended, with exit code 1");
  expect(textOf(demo)).toContain("apt-get install redis-server");
  expectNothingLeft(demo);
});

it("fails when the relay is killed, and leaves nothing behind", async () => {
  const demo = await startDemo(["--keep"]);
  await says(demo, "Ctrl-C");
  const [relay] = processesWith(`--config ${demo.folder}`);
  if (relay === undefined) throw new Error("the relay does not run");
  process.kill(relay.pid, "SIGKILL");
  expect(await demo.process.exited).toEqual({ code: 1, signal: null });
  expect(textOf(demo)).toContain("The demo failed: the relay ended, by SIGKILL");
  // The private Redis notices by itself that its relay is gone.
  await eventuallyPasses("nothing to be left", () => expectNothingLeft(demo));
});

it("says how it is used", async () => {
  const help = await startDemo(["--help"]);
  expect(await help.process.exited).toEqual({ code: 0, signal: null });
  expect(textOf(help)).toContain("Usage: npm run demo");

  const wrong = await startDemo(["--kep"]);
  expect(await wrong.process.exited).toEqual({ code: 1, signal: null });
  expect(textOf(wrong)).toContain("--kep");
});
