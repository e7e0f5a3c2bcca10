import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { removeFolder, tempFolder } from "../support/temp-folder.ts";

/** `scripts/setup` installs the load balancers where it may; elsewhere these are skipped. */
const has = (program: string): boolean => {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { env: { PATH: `${process.env.PATH}:/usr/sbin` } });
    return true;
  } catch {
    return false;
  }
};
const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  });

it.runIf(has("haproxy"))("haproxy takes deploy/haproxy.cfg as it is", () => {
  expect(() => run("haproxy", "-c", "-f", "deploy/haproxy.cfg")).not.toThrow();
});

it.runIf(has("nginx"))("nginx takes deploy/nginx.conf, with edges that it can find", () => {
  const folder = tempFolder();
  try {
    // nginx looks up its upstreams when it starts.
    const text = readFileSync("deploy/nginx.conf", "utf8")
      .replace(/\bedge-\d+:/g, "127.0.0.1:")
      .replace("/run/nginx.pid", join(folder, "nginx.pid"));
    const file = join(folder, "nginx.conf");
    writeFileSync(file, text);
    expect(() => run("nginx", "-t", "-p", folder, "-e", "stderr", "-c", file)).not.toThrow();
  } finally {
    removeFolder(folder);
  }
});
