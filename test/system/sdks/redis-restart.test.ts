import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { flag } from "../../../simulator/content.ts";
import { Deployment } from "../../support/deployment.ts";
import { eventually, eventuallyPasses } from "../../support/eventually.ts";
import { stopAll } from "../../support/relay-process.ts";
import { SDKS, startSdk } from "./clients.ts";

const SDK_KEY = "sdk-restart-0123456789";
const ANN = { kind: "user", key: "ann" };
const DOWN_MS = 3000;

let deployment: Deployment;

beforeAll(async () => {
  deployment = await Deployment.open(`[Environment "Production"]\nsdkKey = ${SDK_KEY}`);
  deployment.ld.environment(SDK_KEY).set(flag("checkout"));
  await deployment.start("ingestor", "edge", "forwarder");
  await eventually("the edge to have data", async () => {
    const { url } = deployment.role("edge");
    return (await fetch(`${url}/sdk/latest-all`, { headers: { Authorization: SDK_KEY } })).ok;
  });
});
afterAll(async () => {
  await deployment[Symbol.asyncDispose]();
  await stopAll();
});

describe.each(SDKS)("$sdk", (sdk) => {
  it("loses no event while Redis is away for three seconds, and has each counted once", async () => {
    deployment.ld.events.clear();
    const client = await startSdk(sdk, SDK_KEY, deployment.role("edge").url, { diagnosticOptOut: true });
    const tracked: string[] = [];
    const flushes: Promise<unknown>[] = [];
    const track = () => {
      const key = `event-${String(tracked.length).padStart(3, "0")}`;
      tracked.push(key);
      client.track(key, ANN);
      flushes.push(client.flush());
    };
    track();
    await deployment.redis.kill();
    const back = performance.now() + DOWN_MS;
    while (performance.now() < back) {
      track();
      await setTimeout(150);
    }
    await deployment.redis.start();
    track();
    const outcomes = await Promise.allSettled(flushes);
    expect(outcomes.filter(({ status }) => status === "rejected")).toEqual([]);

    await eventuallyPasses("every event to have arrived", () => {
      const counted = deployment.ld.events.ofKind("custom").map(({ key }) => String(key));
      expect(counted.sort()).toEqual(tracked);
    });
  });
});
