import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectRedis, redisOptions } from "../../../shared/redis/connect.ts";
import { RecordedLog, until } from "../../support/recorded.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { redisState } from "../../support/redis-reports.ts";

let server: TestRedis;
let log: RecordedLog;

beforeEach(async () => {
  server = await startRedis({ settings: { appendfsync: "always" } });
  log = new RecordedLog();
});
afterEach(() => server[Symbol.asyncDispose]());

describe("a connection to Redis", () => {
  it.each(["command", "consumer"] as const)(
    "for %ss fails what was under way when it broke, never sends it again, and comes back",
    async (purpose) => {
      const redis = connectRedis(server.settings, purpose, redisState(server.settings, log));
      await until("it is connected", () => redis.status === "ready");
      server.suspend();
      const broken = expect(redis.incr("count")).rejects.toThrow("max retries");
      await server.kill();
      await broken;
      await server.start();
      await until("it is back", () => redis.status === "ready");
      expect(await redis.get("count")).toBeNull();
      await until("the log says so", () => log.lines.some((line) => line.includes('"redis.back"')));
      redis.disconnect();
      expect(log.lines.map((line) => /"event":"([^"]*)"/.exec(line)?.[1])).toEqual([
        "redis.away",
        "redis.back",
      ]);
    },
  );

  it("for commands does not wait for a Redis that does not answer", async () => {
    const redis = connectRedis(server.settings, "command", redisState(server.settings, log));
    await until("it is connected", () => redis.status === "ready");
    server.suspend();
    await expect(redis.get("key")).rejects.toThrow("timed out");
    server.resume();
    redis.disconnect();
  });

  it("fails commands at once while Redis is away", async () => {
    await server.kill();
    const redis = connectRedis(server.settings, "command", redisState(server.settings, log));
    await expect(redis.get("key")).rejects.toThrow();
    redis.disconnect();
  });

  it("says that a password is wrong, and not which", async () => {
    await server.client((client) => client.config("SET", "requirepass", "the right one"));
    const settings = { ...server.settings, password: "a wrong secret" };
    const redis = connectRedis(settings, "command", redisState(settings, log));
    await until("it was told", () => log.lines.length > 0);
    redis.disconnect();
    expect(log.lines[0]).toContain("WRONGPASS");
    expect(log.lines.join()).not.toContain("secret");
  });

  it("follows the settings", () => {
    const tcp = { kind: "tcp", host: "redis.example", port: 6380, tls: true, db: 2 } as const;
    expect(redisOptions({ ...tcp, username: "me", password: "x" }, "consumer")).toMatchObject({
      host: "redis.example",
      port: 6380,
      tls: {},
      db: 2,
      username: "me",
      password: "x",
    });
    expect(redisOptions({ ...tcp, tls: false }, "command")).not.toHaveProperty("tls");
    expect(redisOptions({ kind: "unix", path: "/run/redis.sock", db: 0 }, "command")).toMatchObject({
      path: "/run/redis.sock",
    });
  });

  it("tries again for ever, with some randomness, every two seconds at the latest", () => {
    const { retryStrategy } = redisOptions(server.settings, "command");
    for (const attempt of [1, 2, 5, 10, 100, 100_000]) {
      const delay = retryStrategy?.(attempt);
      expect(delay).toBeGreaterThanOrEqual(25);
      expect(delay).toBeLessThanOrEqual(2000);
    }
  });
});
