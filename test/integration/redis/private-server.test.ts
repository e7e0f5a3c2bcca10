import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../../shared/base/clock.ts";
import { UserError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import { StopScope } from "../../../shared/base/stop-scope.ts";
import { type PrivateRedis, startPrivateRedis } from "../../../shared/redis/private-server.ts";
import { startNodeProgram } from "../../support/node-program.ts";

const timeout = 20_000;
const programUrl = new URL("programs/private-redis.ts", import.meta.url);

let scope: StopScope;
let parent: string;
let dataDir: string;
let logged: string[];

const logger: Logger = {
  debug: () => undefined,
  info: (message) => logged.push(message),
  warn: (message) => logged.push(message),
  error: (message) => logged.push(message),
  child: () => logger,
};

beforeEach(async () => {
  scope = new StopScope();
  logged = [];
  parent = await mkdtemp(join(tmpdir(), "private redis "));
  dataDir = join(parent, "data");
  scope.add("folder", () => rm(parent, { recursive: true }));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await scope.stop();
});

async function start(parts: { dataDir?: string; clock?: typeof systemClock } = {}): Promise<PrivateRedis> {
  const redis = await startPrivateRedis({ dataDir, logger, clock: systemClock, random: () => 0, ...parts });
  scope.add("private Redis", () => redis.stop());
  return redis;
}

/** A client of the Redis in `dataDir`. */
function client(): Redis {
  const redis = new Redis({ path: join(dataDir, "redis.sock"), retryStrategy: () => 50 });
  redis.on("error", () => undefined);
  scope.add("client", () => redis.disconnect());
  return redis;
}

async function pidOfRedis(redis: Redis): Promise<number> {
  return Number(/process_id:(\d+)/.exec(await redis.info("server"))?.[1]);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout });
}

/** Puts a program named `redis-server` in front of the real one. */
async function installRedisServer(script: string): Promise<void> {
  const bin = join(parent, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "redis-server"), script);
  await chmod(join(bin, "redis-server"), 0o755);
  vi.stubEnv("PATH", `${bin}:${process.env.PATH}`);
}

async function failureOf(starting: Promise<unknown>): Promise<string> {
  const failure = await starting.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UserError);
  return String(failure);
}

describe("a private Redis", () => {
  it("is reached by this user alone, and keeps everything it is told", async () => {
    const { settings } = await start();
    expect(settings).toEqual({ kind: "unix", path: join(dataDir, "redis.sock"), db: 0 });
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    expect((await stat(settings.path)).mode & 0o777).toBe(0o700);
    const redis = client();
    expect(await redis.config("GET", "port")).toEqual(["port", "0"]);
    expect(await redis.config("GET", "appendonly")).toEqual(["appendonly", "yes"]);
    expect(await redis.config("GET", "appendfsync")).toEqual(["appendfsync", "everysec"]);
    expect(await redis.config("GET", "save")).toEqual(["save", ""]);
    expect(await redis.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "noeviction"]);
  });

  it("has its data again after a restart, and runs no longer than it should", async () => {
    const first = await start();
    const redis = client();
    const pid = await pidOfRedis(redis);
    await redis.set("flag", "on");
    redis.disconnect();
    await Promise.all([first.stop(), first.stop()]);
    expect(isRunning(pid)).toBe(false);
    await start();
    expect(await client().get("flag")).toBe("on");
  });

  it("is started again when it ends by itself, and stops for good all the same", async () => {
    const server = await start();
    const redis = client();
    await redis.set("flag", "on");
    const killed = await pidOfRedis(redis);
    process.kill(killed, "SIGKILL");
    await vi.waitFor(() => expect(logged).toContain("the private Redis is running again"), { timeout });
    expect(logged).toContain("the private Redis exited, restarting it");
    expect(await client().get("flag")).toBe("on");
    const restarted = await pidOfRedis(client());
    expect(restarted).not.toBe(killed);
    await server.stop();
    expect(isRunning(restarted)).toBe(false);
  });

  it("is killed when it cannot end, and leaves nothing in a successor's way", async () => {
    const server = await start();
    process.kill(await pidOfRedis(client()), "SIGSTOP");
    await server.stop();
    expect(logged).toContain("the private Redis does not stop, killing it");
    await start();
    expect(await client().ping()).toBe("PONG");
  });

  it("does not mind how long Redis reads its data, and says that it waits", async () => {
    await installRedisServer(
      `#!/bin/sh\n[ "$1" = --version ] || sleep 1\nPATH="${process.env.PATH}" exec redis-server "$@"\n`,
    );
    const hurrying = { ...systemClock, monotonic: () => performance.now() * 20 };
    await start({ clock: hurrying });
    expect(logged).toContain("waiting for the private Redis to load its data");
    expect(await client().ping()).toBe("PONG");
  });
});

describe("a private Redis and the process that owns it", () => {
  it("saves and ends when the process is killed, and a successor has the data at once", async () => {
    const owner = startNodeProgram(programUrl, dataDir);
    scope.add("owner", () => void owner.child.kill("SIGKILL"));
    await owner.says("started");
    const redis = client();
    await redis.set("flag", "on");
    const pid = await pidOfRedis(redis);
    redis.disconnect();
    owner.child.kill("SIGKILL");
    expect(await owner.ended).toEqual({ code: null, signal: "SIGKILL" });
    await start();
    expect(isRunning(pid)).toBe(false);
    expect(await client().get("flag")).toBe("on");
  });

  it("is not hit by a Ctrl-C that the process handles", async () => {
    const owner = startNodeProgram(programUrl, dataDir);
    scope.add("owner", () => void owner.child.kill("SIGKILL"));
    await owner.says("started");
    const redis = client();
    const pid = await pidOfRedis(redis);
    process.kill(-Number(owner.child.pid), "SIGINT");
    await owner.says("interrupted");
    // Redis obeys a signal within 100 ms, so one that sits through this call has not been sent any.
    await redis.blpop("nothing", 0.5);
    expect(await pidOfRedis(redis)).toBe(pid);
    owner.child.kill("SIGKILL");
    await untilGone(pid);
  });
});

describe("starting a private Redis fails with advice", () => {
  it("when the folder is in use by another process", async () => {
    const owner = startNodeProgram(programUrl, dataDir);
    scope.add("owner", () => void owner.child.kill("SIGKILL"));
    await owner.says("started");
    const failure = await failureOf(start());
    expect(failure).toContain(`${dataDir} is in use by process ${owner.child.pid}`);
    expect(failure).toContain("[Main] dataDir");
    expect(await client().ping()).toBe("PONG");
    const pid = await pidOfRedis(client());
    owner.child.kill("SIGKILL");
    await untilGone(pid);
  });

  it("when there is no redis-server", async () => {
    vi.stubEnv("PATH", parent);
    const failure = await failureOf(start());
    for (const advice of ["apt-get install", "apk add", "brew install", "[Redis] url"])
      expect(failure).toContain(advice);
  });

  it("when the folder cannot be made", async () => {
    await writeFile(join(parent, "file"), "");
    const failure = await failureOf(start({ dataDir: join(parent, "file", "data") }));
    expect(failure).toContain("[Main] dataDir");
    expect(failure).toContain("ENOTDIR");
  });

  it("when the folder's path is too long for a socket", async () => {
    const failure = await failureOf(start({ dataDir: join(parent, "x".repeat(100)) }));
    expect(failure).toContain("[Main] dataDir to a shorter path");
  });

  it("when Redis cannot read what is there, with its own words, and unlocks the folder", async () => {
    const first = await start();
    await client().set("flag", "on");
    await first.stop();
    const manifest = join(dataDir, "appendonlydir", "appendonly.aof.manifest");
    const sound = await readFile(manifest);
    await writeFile(manifest, "this is not a manifest\n");
    const failure = await failureOf(start());
    expect(failure).toContain(dataDir);
    expect(failure).toMatch(/it exited with 1\. Its last output: .*manifest/i);
    await writeFile(manifest, sound);
    await start();
    expect(await client().get("flag")).toBe("on");
  });
});
