import { basicLogger, init } from "@launchdarkly/node-server-sdk";
import { RedisFeatureStore } from "@launchdarkly/node-server-sdk-redis";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { flag, segment } from "../../../simulator/content.ts";
import type { SimulatedEnvironment } from "../../../simulator/simulated-environment.ts";
import { Deployment } from "../../support/deployment.ts";
import { eventually } from "../../support/eventually.ts";
import { stopAll } from "../../support/relay-process.ts";

const ANN = { kind: "user", key: "ann" };

/** Three environments: one with a prefix of its own, and two whose prefixes come from their names. */
const ENVIRONMENTS = [
  { name: "Spree Production", sdkKey: "sdk-spree-production", prefix: "spree" },
  { name: "Spree Test", sdkKey: "sdk-spree-test", prefix: "launchdarkly-spree-test" },
  { name: "Shöpnify: Test!", sdkKey: "sdk-shopnify-test", prefix: "launchdarkly-shopnify-test" },
];

let deployment: Deployment;
let environments: SimulatedEnvironment[];

beforeAll(async () => {
  deployment = await Deployment.open(
    ENVIRONMENTS.map(({ name, sdkKey }) => `[Environment "${name}"]\nsdkKey = ${sdkKey}\n`)
      .join("")
      .replace("sdk-spree-production\n", "sdk-spree-production\nprefix = spree\n"),
  );
  environments = ENVIRONMENTS.map(({ sdkKey, name }) => {
    const environment = deployment.ld.environment(sdkKey);
    const rule = {
      clauses: [{ attribute: "", op: "segmentMatch", values: ["beta"], negate: false }],
      variation: 1,
    };
    environment.set(
      segment("beta"),
      flag("name", { variations: [name, "beta"], rules: [{ id: "1", trackEvents: false, ...rule }] }),
    );
    return environment;
  });
  await deployment.start("ingestor");
});
afterAll(async () => {
  await deployment[Symbol.asyncDispose]();
  await stopAll();
});

/** An SDK that only reads what is in Redis under `prefix`, without a cache. */
async function startDaemonSdk(prefix: string) {
  const { port } = deployment.redis;
  const client = init("sdk key that is not used", {
    useLdd: true,
    sendEvents: false,
    featureStore: RedisFeatureStore({ redisOpts: { host: "127.0.0.1", port }, prefix, cacheTTL: 0 }),
    logger: basicLogger({ level: "none" }),
  });
  onTestFinished(() => client.close());
  await client.waitForInitialization({ timeout: 10 });
  return client;
}

it.each(ENVIRONMENTS.map((environment, index) => ({ ...environment, index })))(
  "$name is read from Redis under $prefix, and changes live, while no edge runs at all",
  async ({ name, prefix, index }) => {
    const client = await startDaemonSdk(prefix);
    await eventually("the first value", async () => (await client.variation("name", ANN, null)) === name);

    environments[index]?.change("segments", "beta", { included: [ANN.key] });
    await eventually(
      "the segment's change",
      async () => (await client.variation("name", ANN, null)) === "beta",
    );
    environments[index]?.set(flag("new"));
    await eventually("a new flag", () => client.variation("new", ANN, null));
    environments[index]?.delete("flags", "name");
    await eventually(
      "the flag to be gone",
      async () => (await client.variation("name", ANN, "gone")) === "gone",
    );
    const state = await client.allFlagsState(ANN);
    expect(state.allValues()).toEqual({ new: true });
  },
);
