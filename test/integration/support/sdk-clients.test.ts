import { basicLogger, init, type integrations } from "@launchdarkly/node-server-sdk";
import { init as initVersion7 } from "launchdarkly-node-server-sdk";
import { describe, expect, it, onTestFinished } from "vitest";
import { flag, segment } from "../../../simulator/content.ts";
import { startLaunchDarkly } from "../../../simulator/simulator.ts";
import { eventually } from "../../support/eventually.ts";

const ANN = { kind: "user", key: "ann" };
const BETA_ONLY = {
  fallthrough: { variation: 1 },
  rules: [
    {
      id: "beta",
      variation: 0,
      trackEvents: false,
      clauses: [{ attribute: "", op: "segmentMatch", values: ["beta"], negate: false }],
    },
  ],
};

async function startWithBetaFlag() {
  const ld = await startLaunchDarkly();
  onTestFinished(() => ld.stop());
  const environment = ld.environment("sdk-key", { envId: "the-env-id" });
  environment.set(segment("beta"), flag("new-checkout", BETA_ONLY));
  return { ld, environment };
}

const optionsFor = (url: string) => ({
  baseUri: url,
  streamUri: url,
  eventsUri: url,
  logger: basicLogger({ level: "none" }),
});

const sdks = [
  ["@launchdarkly/node-server-sdk 9", init],
  ["launchdarkly-node-server-sdk 7", initVersion7],
] as const;

describe.each(sdks)("%s against the simulator", (_name, start) => {
  it("streams the first data and a live change, and its events are recorded", async () => {
    const { ld, environment } = await startWithBetaFlag();
    const client = start("sdk-key", optionsFor(ld.url));
    onTestFinished(() => client.close());
    await client.waitForInitialization({ timeout: 5 });
    expect(await client.variation("new-checkout", ANN, null)).toBe(false);

    environment.set(segment("beta", { version: 2, included: ["ann"] }));
    await eventually("ann to be in the segment", () => client.variation("new-checkout", ANN, null));
    environment.delete("flags", "new-checkout");
    await eventually("the flag to be gone", async () => {
      return (await client.variation("new-checkout", ANN, "absent")) === "absent";
    });

    client.track("bought", ANN);
    await client.flush();
    expect(ld.events.ofKind("custom")).toMatchObject([{ key: "bought" }]);
    expect(ld.events.ofKind("diagnostic-init")).toHaveLength(1);
    expect(ld.events.attempts.every(({ headers }) => headers.authorization === "sdk-key")).toBe(true);
    expect(environment.streams.mostAtOnce).toBe(1);
  });

  it("polls", async () => {
    const { ld, environment } = await startWithBetaFlag();
    const client = start("sdk-key", { ...optionsFor(ld.url), stream: false });
    onTestFinished(() => client.close());
    await client.waitForInitialization({ timeout: 5 });
    expect(await client.variation("new-checkout", ANN, null)).toBe(false);
    expect(environment.streams.history).toEqual([]);
  });

  it("gives up with a key that LaunchDarkly does not know", async () => {
    const { ld } = await startWithBetaFlag();
    const client = start("another key", optionsFor(ld.url));
    onTestFinished(() => client.close());
    await expect(client.waitForInitialization({ timeout: 5 })).rejects.toThrow(/401|Authentication/i);
  });
});

describe("the official SDK's hooks", () => {
  it("are told the environment's id from the stream's head", async () => {
    const { ld } = await startWithBetaFlag();
    const environmentIds: unknown[] = [];
    const hook: integrations.Hook = {
      getMetadata: () => ({ name: "ids" }),
      afterEvaluation: ({ environmentId }, data) => {
        environmentIds.push(environmentId);
        return data;
      },
    };
    const client = init("sdk-key", { ...optionsFor(ld.url), hooks: [hook] });
    onTestFinished(() => client.close());
    await client.waitForInitialization({ timeout: 5 });
    await client.variation("new-checkout", ANN, null);
    expect(environmentIds).toEqual(["the-env-id"]);
  });
});
