import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { BareMachine } from "../support/bare-machine.ts";

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

describe("the image's entry point", () => {
  const BY_DEFAULT = "--config /config/ld-relay.conf --allow-missing-file --from-env";

  it.each([
    ["nothing", [], `ld-relay ${BY_DEFAULT}`],
    ["a role", ["edge"], `ld-relay edge ${BY_DEFAULT}`],
    ["an option that names no file", ["--from-env"], `ld-relay --from-env ${BY_DEFAULT}`],
    ["a file", ["edge", "--config", "/my.conf"], "ld-relay edge --config /my.conf"],
    ["a file, as Go programs may be given it", ["-config=/my.conf"], "ld-relay -config=/my.conf"],
  ])("adds where the configuration is, given %s", async (_, args, call) => {
    const machine = new BareMachine();
    machine.install("ld-relay");
    expect(await machine.run(file("deploy/entrypoint.sh"), args)).toMatchObject({ code: 0 });
    expect(machine.takeCalls()).toEqual([call]);
  });

  it("ends with the relay's exit code", async () => {
    const machine = new BareMachine();
    machine.install("ld-relay", "exit 1");
    expect(await machine.run(file("deploy/entrypoint.sh"))).toMatchObject({ code: 1 });
  });
});

describe("the image's health check", () => {
  const check = async (env: NodeJS.ProcessEnv) => {
    const machine = new BareMachine();
    machine.install("node", `exec '${process.execPath}' "$@"`);
    return machine.run(file("deploy/healthcheck.sh"), [], env);
  };

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

  it("fails when the relay answers that it is not well", () =>
    withAnswer(503, async (port) => {
      expect(await check({ ADMIN_PORT: port })).toEqual({ code: 1, output: `port ${port} answers 503\n` });
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
