import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EdgeParts, startEdge } from "../../../services/edge/main.ts";
import { startIngestor } from "../../../services/ingestor/main.ts";
import { StopScope } from "../../../shared/base/stop-scope.ts";
import { readConfiguration } from "../../../shared/config/configuration.ts";
import { EnvironmentList } from "../../../shared/environments/environment-source.ts";
import { Health } from "../../../shared/lifecycle/health.ts";
import { claimOf } from "../../../shared/model/claim.ts";
import { type EnvironmentId, maskCredential, type SdkKey } from "../../../shared/model/credentials.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { createMetrics } from "../../../shared/telemetry/metrics.ts";
import { flag } from "../../../simulator/content.ts";
import { freePort } from "../../../simulator/free-port.ts";
import { type LaunchDarklySimulator, startLaunchDarkly } from "../../../simulator/simulator.ts";
import { eventually } from "../../support/eventually.ts";
import { startRedis } from "../../support/redis.ts";
import { redisStates } from "../../support/redis-reports.ts";
import { silentLogger } from "../../support/silent-logger.ts";
import { openSse, type SseStream } from "../../support/sse.ts";

const shop = (sdkKey: string, prefix = "shop"): Environment => ({
  id: "shop",
  name: "shop",
  credentials: { sdkKey: sdkKey as SdkKey },
  prefix,
  ttlMs: 0,
  allowedOrigins: [],
  allowedHeaders: [],
  secureMode: false,
});
const other: Environment = { ...shop("other-key", "other"), id: "other", name: "other" };

let scope: StopScope;
let ld: LaunchDarklySimulator;
let url: string;
let redis: Awaited<ReturnType<typeof startRedis>>;
let environments: EnvironmentList;

/** An ingestor and an edge in this process that serve the environment `other`, and what is added later. */
beforeEach(async () => {
  scope = new StopScope();
  ld = await startLaunchDarkly();
  scope.add("LaunchDarkly", () => ld.stop());
  redis = await startRedis();
  scope.add("Redis", () => redis[Symbol.asyncDispose]());
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const result = readConfiguration({
    variables: {
      STREAM_URI: ld.url,
      PORT: String(port),
      HEARTBEAT_INTERVAL: "200ms",
      GRACEFUL_SHUTDOWN_TIMEOUT: "1s",
      LD_ENV_other: "other-key",
      USE_REDIS: "true",
      REDIS_URL: redis.url,
    },
  });
  if (result.kind === "invalid" || result.configuration.redis === undefined)
    throw new Error(`the test's configuration is wrong: ${JSON.stringify(result)}`);
  const { configuration } = result;
  environments = new EnvironmentList([other]);
  const parts = (): EdgeParts => ({
    configuration,
    environments,
    redis: result.configuration.redis as EdgeParts["redis"],
    redisStates: redisStates(silentLogger),
    version: "1.2.3",
    logger: silentLogger,
    metrics: createMetrics("test"),
    health: new Health(),
  });
  ld.environment("other-key").set(flag("other-flag"));
  const ingestor = await startIngestor(parts(), ({ reason }) => {
    throw new Error(reason);
  });
  scope.add("the ingestor", () => ingestor.stop());
  const edge = await startEdge(parts());
  scope.add("the edge", () => edge.stop());
});

afterEach(() => scope.stop());

const open = (key: string): Promise<SseStream> => openSse(`${url}/all`, { headers: { Authorization: key } });

/** The status of a request with `key`. */
async function statusOf(key: string): Promise<number> {
  return (await fetch(`${url}/sdk/latest-all`, { headers: { Authorization: key } })).status;
}

/** Opens a stream that is served; it ends with the test. */
async function connect(key: string): Promise<SseStream> {
  await eventually(`data for ${key}`, async () => (await statusOf(key)) === 200);
  const stream = await open(key);
  scope.add("a client", () => stream.close());
  await stream.waitFor("put");
  return stream;
}

describe("while the relay runs, an environment", () => {
  it("is served as soon as it is added", async () => {
    expect(await statusOf("first-key")).toBe(401);
    const upstream = ld.environment("first-key");
    upstream.set(flag("checkout", { version: 1 }));
    environments.replace([other, shop("first-key")]);
    const stream = await connect("first-key");
    upstream.change("flags", "checkout", { on: false });
    expect(JSON.parse((await stream.waitFor("patch")).data)).toMatchObject({ data: { version: 2 } });
    expect(upstream.streams.mostAtOnce).toBe(1);
  });

  it("keeps its streams and data when its key changes, and is found by the new key only", async () => {
    const contents = [flag("checkout", { version: 1 })];
    const [before, after] = [ld.environment("first-key"), ld.environment("second-key")];
    for (const upstream of [before, after]) upstream.set(...contents);
    environments.replace([other, shop("first-key")]);
    const stream = await connect("first-key");

    environments.replace([other, shop("second-key")]);
    expect(await statusOf("first-key")).toBe(401);
    expect(await statusOf("second-key")).toBe(200);
    await eventually(
      "one stream under the new key",
      () => after.streams.count === 1 && before.streams.count === 0,
    );
    after.change("flags", "checkout", { on: false });
    await stream.waitFor("patch");
    expect(stream.events.map(({ event }) => event)).toEqual(["put", "patch"]);
    expect([before.streams.mostAtOnce, after.streams.mostAtOnce]).toEqual([1, 1]);
    const second = await connect("second-key");
    expect(second.events[0]?.data).toContain('"version":2');
  });

  it("accepts the key that it had beside its new one until that expires, also as the key of secure mode", async () => {
    const contents = [flag("checkout", { version: 1 })];
    for (const key of ["first-key", "second-key"]) ld.environment(key).set(...contents);
    environments.replace([other, shop("first-key")]);
    await connect("first-key");

    const rotated = (expiresAt: number): Environment => ({
      ...shop("second-key"),
      secureMode: true,
      credentials: {
        sdkKey: "second-key" as SdkKey,
        envId: "shop-id" as EnvironmentId,
        additionalSdkKeys: [{ key: "first-key" as SdkKey, expiresAt }],
      },
    });
    const context = Buffer.from('{"kind":"user","key":"ann"}').toString("base64url");
    const signedWith = async (key: string): Promise<number> => {
      const hash = createHmac("sha256", key).update("ann").digest("hex");
      return (await fetch(`${url}/sdk/evalx/shop-id/contexts/${context}?h=${hash}`)).status;
    };
    environments.replace([other, rotated(Date.now() + 60_000)]);
    expect([await statusOf("first-key"), await statusOf("second-key")]).toEqual([200, 200]);
    expect([await signedWith("first-key"), await signedWith("second-key")]).toEqual([200, 200]);
    const report = await (await fetch(`${url}/status`)).json();
    expect(report).toMatchObject({ environments: { shop: { expiringSdkKey: maskCredential("first-key") } } });

    environments.replace([other, rotated(Date.now() - 1)]);
    expect([await statusOf("first-key"), await statusOf("second-key")]).toEqual([401, 200]);
    expect([await signedWith("first-key"), await signedWith("second-key")]).toEqual([400, 200]);
  });

  it("keeps its stream from LaunchDarkly while only keys beside the primary one change, and claims with them", async () => {
    const upstream = ld.environment("first-key");
    upstream.set(flag("checkout"));
    environments.replace([other, shop("first-key")]);
    await connect("first-key");
    const additionalSdkKeys = [{ key: "team-key" as SdkKey }];
    const changed = {
      ...shop("first-key"),
      credentials: { sdkKey: "first-key" as SdkKey, additionalSdkKeys },
    };
    environments.replace([other, changed]);
    expect(await statusOf("team-key")).toBe(200);
    const [, fingerprint] = claimOf(changed).fingerprints;
    await eventually("a claim with both keys", async () =>
      (await redis.client((client) => client.hget("shop:$relay", "claim")))?.includes(fingerprint ?? "none"),
    );
    expect(upstream.streams.history).toHaveLength(1);
  });

  it("ends its streams and refuses its key when it is removed, and others do not notice", async () => {
    const upstream = ld.environment("first-key");
    upstream.set(flag("checkout"));
    environments.replace([other, shop("first-key")]);
    const stream = await connect("first-key");
    const neighbour = await connect("other-key");

    environments.replace([other]);
    expect(await statusOf("first-key")).toBe(401);
    await eventually("the end of the stream", () => stream.closed);
    expect(stream.failure).toBe(undefined);
    await eventually("the end of upstream's stream", () => upstream.streams.count === 0);
    const { environments: shown } = (await (await fetch(`${url}/status`)).json()) as { environments: object };
    expect(Object.keys(shown)).toEqual(["other"]);
    expect([neighbour.closed, neighbour.events.length]).toEqual([false, 1]);

    environments.replace([other, shop("first-key")]);
    await connect("first-key");
    expect(upstream.streams.mostAtOnce).toBe(1);
  });

  it("moves to another prefix as if it were another environment", async () => {
    const upstream = ld.environment("first-key");
    upstream.set(flag("checkout"));
    environments.replace([other, shop("first-key")]);
    const stream = await connect("first-key");
    environments.replace([other, shop("first-key", "elsewhere")]);
    await eventually("the end of the stream", () => stream.closed);
    await connect("first-key");
    await eventually("one upstream stream", () => upstream.streams.count === 1);
  });
});
