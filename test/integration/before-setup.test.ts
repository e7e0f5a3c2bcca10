import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { removeFolder, tempFolder } from "../support/temp-folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SETUP_FIRST =
  "ld-relay: the packages are not installed yet. Run scripts/setup first, which installs them and Node 24.\n";

describe("a checkout before scripts/setup", () => {
  let checkout: string;
  const npm = (...args: string[]) => spawnSync("npm", args, { cwd: checkout, encoding: "utf8" });
  const node = (...args: string[]) => spawnSync(process.execPath, args, { cwd: checkout, encoding: "utf8" });

  beforeEach(() => {
    checkout = tempFolder();
    onTestFinished(() => removeFolder(checkout));
    for (const path of ["scripts", "services", "shared", "test/support", "package.json", ".npmrc"])
      cpSync(join(ROOT, path), join(checkout, path), { recursive: true });
  });

  /** As far as anybody can see who asks the package folder. */
  function installPackages(): void {
    const { devDependencies } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8"));
    for (const name of Object.keys(devDependencies)) {
      mkdirSync(join(checkout, "node_modules", name), { recursive: true });
      writeFileSync(join(checkout, "node_modules", name, "package.json"), "{}");
    }
  }

  it.each(["start", "demo", "bench"])("npm run %s says in one line what to do", (script) => {
    const { status, stdout, stderr } = npm("run", script);
    expect({ status, stderr }).toEqual({ status: 1, stderr: SETUP_FIRST });
    expect(stdout).not.toContain("    at ");
  });

  it("the command says it, too", () => {
    expect(node("scripts/ld-relay.js", "--version")).toMatchObject({ status: 1, stderr: SETUP_FIRST });
  });

  it("is told of a Node that is too old for the packages that are there", () => {
    installPackages();
    const pretend = `data:text/javascript,Object.defineProperty(process,"versions",{value:{node:"20.1.0"}});Object.defineProperty(process,"version",{value:"v20.1.0"})`;
    const { status, stderr } = node("--import", pretend, "scripts/ld-relay.js", "--version");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^ld-relay: this is Node v20\.1\.0, and it takes 24 or newer\. Run scripts\/setup.*\n$/,
    );
  });
});

describe("a checkout after scripts/setup", () => {
  it("has the command as npx ld-relay, which leaves everything as it is", () => {
    const before = readFileSync(join(ROOT, "package.json"), "utf8");
    const modes = () => spawnSync("git", ["diff", "--summary"], { cwd: ROOT, encoding: "utf8" }).stdout;
    const modesBefore = modes();
    const { status, stdout, stderr } = spawnSync("npx", ["ld-relay", "--version"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^LaunchDarkly relay version /);
    expect(readFileSync(join(ROOT, "package.json"), "utf8")).toBe(before);
    expect(modes()).toBe(modesBefore);
  });

  it("runs whatever npm names as its command without a change of modes", () => {
    const { bin } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      bin: Record<string, string>;
    };
    const listed = spawnSync("git", ["ls-files", "--stage", bin["ld-relay"] ?? ""], {
      cwd: ROOT,
      encoding: "utf8",
    });
    expect(listed.stdout).toMatch(/^100755 /);
  });

  it("lets npm keep its warnings about the machine's Node to itself, and no error", () => {
    const level = spawnSync("npm", ["config", "get", "loglevel"], { cwd: ROOT, encoding: "utf8" });
    expect(level.stdout).toBe("error\n");
  });
});
