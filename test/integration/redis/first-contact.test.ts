import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { connectOnce } from "../../../services/cli/connect-once.ts";
import { describeError } from "../../../shared/base/errors.ts";
import type { RedisSettings } from "../../../shared/config/redis-settings.ts";
import { freePort } from "../../../simulator/free-port.ts";
import { startRedis } from "../../support/redis.ts";
import { silentLogger } from "../../support/silent-logger.ts";

const at = (port: number, how: { tls?: boolean; password?: string } = {}): RedisSettings => ({
  kind: "tcp",
  host: "127.0.0.1",
  port,
  db: 0,
  tls: false,
  ...how,
});

/** What is said of a Redis that cannot be used. */
async function refusal(settings: RedisSettings): Promise<string> {
  const answer = await connectOnce(settings, silentLogger).catch((error: unknown) => error);
  expect(answer).toBeInstanceOf(Error);
  return describeError(answer);
}

async function ownRedis() {
  const redis = await startRedis();
  onTestFinished(() => redis[Symbol.asyncDispose]());
  return redis;
}

describe("a Redis that cannot be used from the start", () => {
  it("asks for a password: one is to be set", async () => {
    const redis = await ownRedis();
    await redis.client((client) => client.config("SET", "requirepass", "secret"));
    const { port } = redis;
    expect(await refusal(at(port))).toMatch(/NOAUTH .* set \[Redis\] password \(REDIS_PASSWORD\)/);
    const wrong = await refusal(at(port, { password: "wrong-secret" }));
    expect(wrong).toMatch(/WRONGPASS .*REDIS_PASSWORD/);
    expect(wrong).not.toContain("wrong-secret");
  });

  it("speaks no TLS where TLS is configured: redis:// is to be written", async () => {
    const { port } = await ownRedis();
    expect(await refusal(at(port, { tls: true }))).toContain("If this port does not use TLS: write redis://");
  });

  it("speaks TLS where none is configured: rediss:// is to be written", async () => {
    const server = createServer().on("tlsClientError", () => undefined);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    expect(await refusal(at(port))).toContain("If this port uses TLS: write rediss://");
  });

  it("is not there: one is to be started, or the section to be deleted", async () => {
    expect(await refusal(at(await freePort()))).toMatch(/ECONNREFUSED.*Start one .*or delete \[Redis\]/);
  });
});
