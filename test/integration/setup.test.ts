import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { BareMachine } from "../support/bare-machine.ts";

const SETUP = fileURLToPath(new URL("../../scripts/setup", import.meta.url));

/** A `node` of this version, as far as the script asks. */
function nodeOf(version: string): string {
  return `case $1 in --version) echo v${version} ;; *) echo ${version.split(".")[0]} ;; esac`;
}

describe("scripts/setup", () => {
  let machine: BareMachine;
  let checkout: string;
  let packagedNode: string;
  const setup = () => machine.run(join(checkout, "scripts/setup"));
  /** The commands that would have changed the machine. */
  const deeds = () => machine.takeCalls().filter((call) => !/^(node|id|redis-server) /.test(call));

  /** What `npm ci` does, with a packaged node of this version. */
  function npmThatInstalls(version: string): string {
    return `rm -rf node_modules; mkdir -p node_modules/.bin
      printf '#!/bin/sh\\n%s\\n' '${nodeOf(version)}' >'${packagedNode}'; /bin/chmod +x '${packagedNode}'`;
  }

  beforeEach(() => {
    machine = new BareMachine();
    checkout = join(machine.folder, "checkout");
    packagedNode = join(checkout, "node_modules/.bin/node");
    mkdirSync(join(checkout, "scripts"), { recursive: true });
    copyFileSync(SETUP, join(checkout, "scripts/setup"));
    for (const name of ["package.json", "package-lock.json", ".npmrc"])
      writeFileSync(join(checkout, name), name);
    machine.install("node", nodeOf("20.1.0"));
    machine.install("npm", npmThatInstalls("24.1.0"));
    machine.install("redis-server", "echo Redis server v=7.0.15");
    machine.install("id", "echo 0");
    for (const tool of ["haproxy", "nginx", "openssl"]) machine.install(tool);
  });

  it("installs the packages, and does nothing when they are current", async () => {
    expect(await setup()).toEqual({ code: 0, output: "Ready: Node v24.1.0, Redis server v=7.0.15\n" });
    expect(deeds()).toEqual(["npm ci --include=dev"]);
    expect((await setup()).code).toBe(0);
    expect(deeds()).toEqual([]);
  });

  it("installs them again when the lock has changed, or after an installation that did not come to its end", async () => {
    await setup();
    writeFileSync(join(checkout, "package-lock.json"), "another");
    machine.install("npm", `${npmThatInstalls("24.1.0")}; exit 1`);
    expect(await setup()).toMatchObject({ code: 1, output: expect.stringContaining("npm ci failed") });
    machine.install("npm", npmThatInstalls("24.2.0"));
    expect(await setup()).toMatchObject({ code: 0, output: expect.stringContaining("v24.2.0") });
  });

  it.each([
    ["18.20.0", "node is v18.20.0, which is too old. Install Node.js 20 or newer with npm"],
    ["9.0.0", "node is v9.0.0, which is too old"],
  ])("refuses node %s and says what to install", async (version, message) => {
    machine.install("node", nodeOf(version));
    expect(await setup()).toMatchObject({ code: 1, output: expect.stringContaining(message) });
    expect(deeds()).toEqual([]);
  });

  it.each(["node", "npm"])("says what to install when there is no %s", async (missing) => {
    machine.remove(missing);
    const end = await setup();
    expect(end).toMatchObject({ code: 1, output: expect.stringContaining(`${missing} is missing. Install`) });
  });

  it("uses the machine's own node where npm scripts would find none that is new enough", async () => {
    machine.install("npm", npmThatInstalls("22.0.0"));
    expect(await setup()).toMatchObject({
      code: 1,
      output: expect.stringContaining("node_modules/.bin/node is not Node 24 or newer"),
    });
    machine.install("node", nodeOf("25.0.0"));
    expect(await setup()).toMatchObject({ code: 0, output: expect.stringContaining("Ready: Node v25.0.0") });
  });

  describe("without the load balancers that check the examples in deploy/", () => {
    const INSTALL = "apt-get install --yes --no-install-recommends haproxy nginx openssl";
    beforeEach(() => {
      machine.remove("nginx");
      machine.install("apt-get");
    });

    it("installs them for root, as in a container", async () => {
      expect(await setup()).toMatchObject({ code: 0 });
      expect(deeds()).toEqual(["apt-get update", INSTALL, "npm ci --include=dev"]);
    });

    it("installs them in CI, and leaves the machine of a person alone", async () => {
      machine.install("id", "echo 1000");
      machine.install("sudo", '"$@"');
      const end = await setup();
      expect(end).toMatchObject({
        code: 0,
        output: expect.stringContaining("apt-get install haproxy nginx openssl"),
      });
      expect(deeds()).toEqual(["npm ci --include=dev"]);
      expect((await machine.run(join(checkout, "scripts/setup"), [], { CI: "true" })).code).toBe(0);
      expect(deeds()).toContain(INSTALL);
    });

    it("goes on when they cannot be installed", async () => {
      machine.install("apt-get", "exit 100");
      expect(await setup()).toMatchObject({
        code: 0,
        output: expect.stringContaining("load balancers and certificates will not be tested"),
      });
    });
  });

  describe("without redis-server", () => {
    beforeEach(() => machine.remove("redis-server"));

    it.each([
      ["apt-get", ["apt-get update", "apt-get install --yes --no-install-recommends redis-server"]],
      ["apk", ["apk add redis"]],
      ["brew", ["brew install redis"]],
    ])("installs it with %s", async (manager, commands) => {
      machine.install(manager, `case $* in *redis*) ${machine.installing("redis-server")} ;; esac`);
      expect(await setup()).toMatchObject({ code: 0 });
      expect(deeds()).toEqual([...commands, "npm ci --include=dev"]);
    });

    it("goes through sudo where it is not root", async () => {
      machine.install("id", "echo 1000");
      machine.install("sudo", '"$@"');
      machine.install("apk", machine.installing("redis-server"));
      expect(await setup()).toMatchObject({ code: 0 });
      expect(deeds()).toEqual(["sudo apk add redis", "apk add redis", "npm ci --include=dev"]);
    });

    it.each([
      ["apt-get", "Run `apt-get update && apt-get install redis-server` as root"],
      ["apk", "Run `apk add redis` as root"],
    ])("says what root should do with %s where it cannot become root", async (manager, message) => {
      machine.install("id", "echo 1000");
      machine.install(manager);
      expect(await setup()).toMatchObject({ code: 1, output: expect.stringContaining(message) });
      expect(deeds()).toEqual([]);
    });

    it("does not stop for a package source that cannot be read", async () => {
      const install = machine.installing("redis-server");
      machine.install("apt-get", `case $1 in update) exit 100 ;; *) ${install} ;; esac`);
      expect(await setup()).toMatchObject({ code: 0 });
    });

    it("says what to do when its package cannot be installed", async () => {
      machine.install("apk", "exit 1");
      expect(await setup()).toMatchObject({
        code: 1,
        output: expect.stringContaining("Install Redis 6.2 or newer yourself"),
      });
    });

    it("says what to install where it knows no package manager", async () => {
      expect(await setup()).toMatchObject({
        code: 1,
        output: expect.stringMatching(/no apt-get, apk or brew .* Install Redis 6\.2 or newer/),
      });
    });
  });
});
