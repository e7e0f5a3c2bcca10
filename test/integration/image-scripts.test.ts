import { execFile, type SpawnSyncReturns, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { imageArguments } from "../../deploy/image-arguments.ts";
import { BareMachine } from "../support/bare-machine.ts";
import { removeFolder, tempFolder } from "../support/temp-folder.ts";

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Runs a program as the image does: by Node itself, with these variables and no others. */
function runInImage(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [file(program), ...args], { env, encoding: "utf8" });
}

describe("the image's entry point", () => {
  const none = (): boolean => false;
  const BY_DEFAULT = ["--config", "/config/ld-relay.conf", "--allow-missing-file", "--from-env"];

  it.each([
    ["nothing", [], BY_DEFAULT],
    ["a role", ["edge"], ["edge", ...BY_DEFAULT]],
    ["an option that names no file", ["--from-env"], ["--from-env", ...BY_DEFAULT]],
    ["a file", ["edge", "--config", "/my.conf"], ["edge", "--config", "/my.conf", ...BY_DEFAULT.slice(2)]],
    [
      "a file, as Go programs may be given it",
      ["-config=/my.conf"],
      ["-config=/my.conf", ...BY_DEFAULT.slice(2)],
    ],
  ])("adds where the configuration is, given %s", (_, args, all) => {
    expect(imageArguments(args, none)).toEqual(all);
  });

  it("takes the file of the original's image where ours is not there", () => {
    expect(imageArguments([], (path) => path === "/ldr/ld-relay.conf")).toContain("/ldr/ld-relay.conf");
    expect(imageArguments([], () => true)).toContain("/config/ld-relay.conf");
  });

  it("passes on every variable, whatever its name, and needs no other", () => {
    const names = ["pre-prod", "eu.prod", "My Test"];
    const env = Object.fromEntries(names.map((name, at) => [`LD_ENV_${name}`, `sdk-${at}`]));
    const { status, stdout, stderr } = runInImage("deploy/entrypoint.ts", ["check-config"], env);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    for (const name of names) expect(stdout).toContain(`# LD_ENV_${name}\n`);
  });

  it("ends with the relay's exit code", () => {
    const { status, stdout, stderr } = runInImage("deploy/entrypoint.ts", [], {});
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ event: "config.invalid" });
    expect(stderr).toContain("you must specify at least one environment");
  });

  it("is no shell, nor is anything that the image calls the command", () => {
    for (const program of ["deploy/entrypoint.ts", "deploy/healthcheck.ts", "services/cli.ts"]) {
      expect(readFileSync(file(program), "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
      expect(statSync(file(program)).mode & 0o111).toBe(0o111);
    }
  });
});

describe("the command under the name of the original's image", () => {
  it("takes the arguments of its Helm chart, and variables of any name", () => {
    const folder = tempFolder();
    onTestFinished(() => removeFolder(folder));
    const bin = join(folder, "bin");
    mkdirSync(bin);
    symlinkSync(file("services/cli.ts"), join(bin, "ldr"));
    symlinkSync(process.execPath, join(bin, "node"));
    const args = ["check-config", "--config", "/mnt/volume/relay.conf", "--allow-missing-file", "--from-env"];
    const env = { PATH: bin, "LD_ENV_pre-prod": "sdk-1" };
    const { status, stdout } = spawnSync(join(bin, "ldr"), args, { env, encoding: "utf8" });
    expect(status).toBe(0);
    expect(stdout).toContain("# LD_ENV_pre-prod\n");
  });
});

describe("the image's health check", () => {
  const check = (env: NodeJS.ProcessEnv) =>
    new Promise((resolve) => {
      execFile(process.execPath, [file("deploy/healthcheck.ts")], { env }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : error.code, output: stdout + stderr }),
      );
    });

  /** Something that answers `/healthz` so while `use` runs, and nothing else at all. */
  async function withAnswer(status: number, use: (port: string) => Promise<void>): Promise<void> {
    const server = createServer((request, response) =>
      response.writeHead(request.url === "/healthz" ? status : 500).end(),
    );
    await once(server.listen(0, "127.0.0.1"), "listening");
    try {
      await use(String((server.address() as AddressInfo).port));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  it.each(["ADMIN_PORT", "PORT", "PROMETHEUS_PORT"])("succeeds when the relay answers at %s", (variable) =>
    withAnswer(200, async (port) => {
      expect(await check({ [variable]: port })).toEqual({ code: 0, output: "" });
    }),
  );

  it("takes no port from a link to another service", () =>
    withAnswer(200, async (port) => {
      const link = "tcp://10.0.0.1:8031";
      expect(await check({ PORT: port, ADMIN_PORT: link, PROMETHEUS_PORT: link })).toEqual({
        code: 0,
        output: "",
      });
    }));

  it("asks where the admin listener listens", () =>
    withAnswer(200, async (port) => {
      expect(await check({ ADMIN_HOST: "127.0.0.2", ADMIN_PORT: port })).toMatchObject({ code: 1 });
      expect(await check({ ADMIN_HOST: "0.0.0.0", ADMIN_PORT: port })).toMatchObject({ code: 0 });
    }));

  it("fails when the relay answers that it is not well", () =>
    withAnswer(503, async (port) => {
      expect(await check({ ADMIN_PORT: port })).toEqual({
        code: 1,
        output: `127.0.0.1:${port} answers 503\n`,
      });
    }));

  it("fails when nobody answers at ADMIN_PORT, whoever answers elsewhere", () =>
    withAnswer(200, async (port) => {
      const end = await check({ ADMIN_PORT: "2", PORT: port });
      expect(end).toMatchObject({ code: 1, output: expect.stringContaining("ECONNREFUSED") });
    }));
});

describe("scripts/build_docker_image.sh", () => {
  const { version } = JSON.parse(readFileSync(file("package.json"), "utf8")) as { version: string };

  it.each([
    ["the version and as latest", [], `--tag ld-relay:${version} --tag ld-relay:latest`],
    ["what it is told", ["registry.example/relay:1"], "--tag registry.example/relay:1"],
  ])("names the image after %s", async (_, args, tags) => {
    const machine = new BareMachine();
    machine.install("docker");
    expect(await machine.run(file("scripts/build_docker_image.sh"), args)).toMatchObject({ code: 0 });
    expect(machine.takeCalls()).toEqual([`docker build ${tags} --build-arg VERSION=${version} .`]);
  });
});
