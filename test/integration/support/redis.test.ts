import { Redis } from "ioredis";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { type RedisOptions, startRedis } from "../../support/redis.ts";

async function start(options?: RedisOptions) {
  const redis = await startRedis(options);
  onTestFinished(() => redis[Symbol.asyncDispose]());
  return redis;
}

async function connected(address: string): Promise<Redis> {
  const client = new Redis(address, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on("error", () => "expected while the server is away");
  onTestFinished(() => client.disconnect());
  await client.ping();
  return client;
}

describe("a Redis for a test", () => {
  it("keeps its address and data through stop, kill and start, and loses them when emptied", async () => {
    const redis = await start();
    const client = await connected(redis.url);
    await client.set("a", "1");
    await redis.stop();
    await redis.start();
    await client.set("b", "2");
    await redis.kill();
    await redis.start();
    expect(await client.mget("a", "b")).toEqual(["1", "2"]);
    await redis.empty();
    expect(await client.mget("a", "b")).toEqual([null, null]);
  });

  it("goes back to what it was at an earlier backup", async () => {
    const redis = await start();
    const client = await connected(redis.url);
    await client.set("a", "1");
    const backup = redis.backup();
    await client.mset("a", "2", "b", "2");
    await redis.restore(backup);
    expect(await client.mget("a", "b")).toEqual(["1", null]);
  });

  it("forgets everything at its end if it is to keep nothing on disk", async () => {
    const redis = await start({ appendOnly: false });
    const client = await connected(redis.url);
    await client.set("a", "1");
    await redis.stop();
    await redis.start();
    expect(await client.get("a")).toBeNull();
  });

  it("freezes with its connections open, and goes on", async () => {
    const redis = await start();
    const client = await connected(redis.url);
    redis.suspend();
    let answered = false;
    const answer = client.ping().finally(() => {
      answered = true;
    });
    const other = new Redis(redis.url);
    onTestFinished(() => other.disconnect());
    await eventually("the kernel to accept a connection", () => other.status === "connect");
    expect(answered).toBe(false);
    redis.resume();
    expect(await answer).toBe("PONG");
  });

  it("takes settings and a unix socket", async () => {
    const redis = await start({ unixSocket: true, settings: { "maxmemory-policy": "allkeys-lru" } });
    const client = await connected(redis.socketPath ?? "");
    expect(await client.config("GET", "maxmemory-policy")).toContain("allkeys-lru");
  });

  it("says what Redis said when it cannot start", async () => {
    await expect(startRedis({ settings: { "maxmemory-policy": "nonsense" } })).rejects.toThrow(
      /FATAL CONFIG[\s\S]*nonsense/,
    );
  });
});
