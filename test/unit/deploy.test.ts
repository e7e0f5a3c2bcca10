import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { matchesGlob } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { imageArguments } from "../../deploy/image-arguments.ts";

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const read = (path: string) => readFileSync(file(path), "utf8");
const ROLES = ["ingestor", "edge", "forwarder"] as const;

describe("docker-compose.yml", () => {
  const mount = z.object({
    type: z.literal("bind"),
    source: z.string(),
    target: z.string(),
    read_only: z.literal(true),
    bind: z.object({ create_host_path: z.literal(false) }),
  });
  const service = z.object({
    image: z.string(),
    build: z.string().optional(),
    command: z.array(z.string()).optional(),
    container_name: z.string().optional(),
    environment: z.record(z.string(), z.string()).default({}),
    volumes: z.array(z.union([mount, z.string()])),
    ports: z.array(z.string()).default([]),
    depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
    deploy: z.object({ replicas: z.number() }).optional(),
    // Everything that runs for long needs these.
    healthcheck: z.object({ test: z.array(z.string()), interval: z.string(), retries: z.number() }),
    stop_grace_period: z.string().regex(/^\d+s$/),
    restart: z.literal("unless-stopped"),
    read_only: z.literal(true),
    cap_drop: z.tuple([z.literal("ALL")]),
    security_opt: z.tuple([z.literal("no-new-privileges:true")]),
  });
  const { services, volumes } = z
    .object({
      services: z.strictObject({
        redis: service,
        ingestor: service,
        edge: service,
        forwarder: service,
        "load-balancer": service,
      }),
      volumes: z.record(z.string(), z.unknown()),
    })
    .parse(parse(read("docker-compose.yml"), { merge: true }));

  it.each(ROLES)("runs the image of this repository as %s, and nothing else", (role) => {
    expect(services[role]).toMatchObject({ build: ".", command: [role] });
    expect(services[role].image).toBe(services.edge.image);
  });

  it("runs one ingestor to work and one to take over", () => {
    expect(services.ingestor.deploy).toEqual({ replicas: 2 });
  });

  it("lets every role be scaled: what only one container can have is left out", () => {
    for (const role of ROLES) {
      expect(services[role].container_name).toBeUndefined();
      expect(services[role].ports).toEqual([]);
    }
  });

  it.each(ROLES)("points the %s to Redis, and waits until that answers", (role) => {
    expect(services[role].environment).toMatchObject({ USE_REDIS: "1", REDIS_HOST: "redis" });
    expect(services[role].depends_on).toEqual({ redis: { condition: "service_healthy" } });
  });

  it.each(ROLES)("mounts the configuration where the image looks for it, read-only, for the %s", (role) => {
    expect(services[role].volumes).toEqual([
      expect.objectContaining({
        source: expect.stringContaining("./ld-relay.conf"),
        target: "/config/ld-relay.conf",
        read_only: true,
      }),
    ]);
    expect(imageArguments([], () => true)).toContain("/config/ld-relay.conf");
  });

  it("mounts only what is there", () => {
    const sources = Object.values(services)
      .flatMap((one) => one.volumes)
      .map((one) => (typeof one === "string" ? one.replace(/:.*/, "") : withoutVariable(one.source)));
    expect(sources.length).toBeGreaterThan(4);
    for (const source of sources)
      expect(source.startsWith("./") ? existsSync(file(source)) : source in volumes, source).toBe(true);
  });

  it("asks every relay the question of the image's own health check", () => {
    for (const role of ROLES)
      expect(services[role].healthcheck.test).toEqual(["CMD", "/usr/bin/node", "/app/dist/healthcheck.js"]);
    expect(read("Dockerfile")).toContain('CMD ["/usr/bin/node", "/app/dist/healthcheck.js"]');
  });

  it("gives everything more time to stop than the relay takes by default", () => {
    for (const [name, { stop_grace_period }] of Object.entries(services))
      expect(Number.parseInt(stop_grace_period, 10), name).toBeGreaterThan(10);
  });

  it("has a Redis that neither evicts nor forgets", () => {
    const command = services.redis.command ?? [];
    const option = (name: string) => command[command.indexOf(name) + 1];
    expect(option("--maxmemory-policy")).toBe("noeviction");
    expect(option("--appendonly")).toBe("yes");
    expect(services.redis.volumes).toEqual(["redis-data:/data"]);
    expect(services.redis.ports).toEqual([]);
  });

  it("publishes the load balancer alone, which finds every edge by Docker's DNS", () => {
    const { ports, volumes: mounts } = services["load-balancer"];
    expect(ports.map(withoutVariable)).toEqual(["8030:8030"]);
    expect(mounts).toEqual([expect.objectContaining({ source: "./deploy/haproxy.cfg" })]);
    const lines = read("deploy/haproxy.cfg")
      .split("\n")
      .map((line) => line.trim());
    expect(lines).toContain("nameserver docker 127.0.0.11:53");
    expect(lines).toContainEqual(
      expect.stringMatching(/^server-template edge \d+ edge:8030 check .*resolvers docker/),
    );
  });

  it("has a load balancer that leaves silent streams open for longer than 5 minutes", () => {
    for (const side of ["client", "server"]) {
      const minutes = new RegExp(`^  timeout ${side} (\\d+)m$`, "m").exec(read("deploy/haproxy.cfg"))?.[1];
      expect(Number(minutes)).toBeGreaterThan(5);
    }
  });
});

describe("Dockerfile", () => {
  const instructions = read("Dockerfile")
    .replace(/^\s*#.*\n/gm, "")
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [name = "", ...words] = line.split(/\s+/);
      return { name, text: words.join(" "), words };
    });
  const lastStage = instructions.slice(instructions.findLastIndex(({ name }) => name === "FROM"));
  const textOf = (name: string) => lastStage.filter((one) => one.name === name).map(({ text }) => text);
  const copied = instructions
    .filter(({ name, text }) => name === "COPY" && !text.startsWith("--from="))
    .flatMap(({ words }) => words.slice(0, -1));

  it("copies only what is there and what .dockerignore lets in", () => {
    const letIn = read(".dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"))
      .map((line) => line.slice(1));
    expect(copied).toEqual(expect.arrayContaining(["services", "shared", "package.json"]));
    for (const source of copied) {
      expect(existsSync(file(source)), source).toBe(true);
      expect(
        letIn.some((pattern) => matchesGlob(source, pattern)),
        source,
      ).toBe(true);
    }
  });

  it("lets in nothing that it does not copy", () => {
    const letIn = read(".dockerignore").match(/(?<=^!).+/gm) ?? [];
    expect(letIn.filter((pattern) => !copied.some((source) => matchesGlob(source, pattern)))).toEqual([]);
  });

  it("has what was built, and none of the packages that the build needs", () => {
    expect(instructions.map(({ text }) => text)).toContain("node scripts/run.js scripts/build.ts");
    expect(lastStage.some(({ text }) => /npm|node_modules/.test(text))).toBe(false);
  });

  it("runs on the Node that the project asks for", () => {
    const { engines } = z
      .object({ engines: z.object({ node: z.string() }) })
      .parse(JSON.parse(read("package.json")));
    const major = engines.node.match(/\d+/)?.[0];
    expect(instructions[0]?.text).toMatch(new RegExp(`^node:${major}-`));
  });

  it("brings a redis-server for all roles on one machine, and a folder that any user may write to", () => {
    expect(textOf("RUN").join()).toContain("redis-server");
    expect(textOf("RUN").join()).toContain("install --directory --mode=1777 /data");
    expect(textOf("VOLUME")).toEqual(["/data"]);
    expect(textOf("ENV").join()).toContain("DATA_DIR=/data");
  });

  it("runs as user 1000, as the original's image does", () => {
    expect(textOf("USER")).toEqual(["1000:1000"]);
  });

  it("answers SDKs on 8030 and operators from outside the container", () => {
    expect(textOf("ENV").join()).toContain("PORT=8030");
    expect(textOf("ENV").join()).toContain("ADMIN_HOST=0.0.0.0");
    expect(textOf("EXPOSE").join().split(" ")).toEqual(
      expect.arrayContaining(["8030", "8031", "8032", "8033"]),
    );
  });

  it("runs all roles by default and one as an argument, and ends by SIGTERM", () => {
    expect(textOf("ENTRYPOINT")).toEqual([
      '["/usr/bin/tini", "-s", "--", "/usr/bin/node", "/app/dist/entrypoint.js"]',
    ]);
    expect(textOf("CMD")).toEqual([]);
    expect(textOf("STOPSIGNAL")).toEqual(["SIGTERM"]);
    expect(textOf("HEALTHCHECK").join()).toMatch(
      /--interval=10s .*CMD \["\/usr\/bin\/node", "\/app\/dist\/healthcheck.js"\]$/,
    );
  });

  it("puts everything that it runs where it is run", () => {
    expect(textOf("COPY")).toEqual([
      "--from=build /usr/local/bin/node /usr/bin/node",
      "--from=build /app/dist /app/dist",
      "package.json LICENSE /app/",
    ]);
  });

  it("has the command under its own name and under the one of the original's image", () => {
    const links = [
      ...textOf("RUN")
        .join("\n")
        .matchAll(/ln -s (\S+) (\S+)/g),
    ];
    expect(Object.fromEntries(links.map(([, target, link]) => [link, target]))).toEqual({
      "/usr/bin/ld-relay": "/app/dist/ld-relay.js",
      "/usr/bin/ldr": "/app/dist/ld-relay.js",
      "/usr/bin/ld-relay-healthcheck": "/app/dist/healthcheck.js",
    });
  });
});

describe("continuous integration", () => {
  it("does what a new machine does", () => {
    const commands = read(".ci/run")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(commands.slice(-3)).toEqual(["scripts/setup", "npm run check", "npm test"]);
    expect(commands).toContain("set -euo pipefail");
  });

  it("runs that on every push and pull request, with the oldest Node and the one that runs the relay", () => {
    const step = z.object({ run: z.string().optional() });
    const workflow = z
      .object({
        on: z.object({ push: z.unknown(), pull_request: z.unknown() }),
        jobs: z.object({
          test: z.object({
            strategy: z.object({ matrix: z.object({ node: z.array(z.number()) }) }),
            steps: z.array(step),
          }),
          image: z.object({ steps: z.array(step) }),
        }),
      })
      .parse(parse(read(".github/workflows/ci.yml")));
    expect(workflow.jobs.test.steps.at(-1)).toEqual({ run: ".ci/run" });
    expect(workflow.jobs.test.strategy.matrix.node).toEqual([20, 24]);
    expect(workflow.jobs.image.steps).toContainEqual({ run: "scripts/build_docker_image.sh" });
  });
});

describe.each([
  ["sh", "scripts/setup"],
  ["sh", "scripts/build_docker_image.sh"],
  ["sh", "scripts/check-release"],
  ["bash", ".ci/run"],
])("%s script %s", (shell, script) => {
  it("can be run", () => {
    expect(statSync(file(script)).mode & 0o111).toBe(0o111);
    expect(read(script)).toMatch(new RegExp(`^#!/.*\\b${shell}\\n`));
    expect(spawnSync(shell, ["-n", file(script)], { encoding: "utf8" })).toMatchObject({
      status: 0,
      stderr: "",
    });
  });

  const hasShellcheck = spawnSync("shellcheck", ["--version"]).status === 0;
  it.skipIf(!hasShellcheck)("has nothing that shellcheck knows to be a trap", () => {
    expect(spawnSync("shellcheck", [file(script)], { encoding: "utf8" })).toMatchObject({
      status: 0,
      stdout: "",
    });
  });
});

/** `${NAME:-default}` as Compose reads it without the variable. */
function withoutVariable(text: string): string {
  return text.replace(/\$\{\w+:-([^}]*)\}/g, "$1");
}
