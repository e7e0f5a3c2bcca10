import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { flag, segment } from "../../../simulator/content.ts";
import type { SimulatedEnvironment } from "../../../simulator/simulated-environment.ts";
import { Deployment } from "../../support/deployment.ts";
import { eventually, eventuallyPasses } from "../../support/eventually.ts";
import { leaks } from "../../support/leaks.ts";
import { startRecordingProxy } from "../../support/recording-proxy.ts";
import { stopAll } from "../../support/relay-process.ts";
import { CLIENT_SDKS, type RelayFlags, startClient } from "./client-side.ts";

const SDK_KEY = "sdk-clients-0123456789";
const ENV_ID = "env-clients";
const SECURE_KEY = "sdk-secure-0123456789";
const SECURE_ID = "env-secure";
const ANN = { kind: "user", key: "ann@example.com", email: "ann-private@example.com" };

const FOR_BETA_TESTERS = {
  fallthrough: { variation: 1 },
  rules: [
    {
      id: "beta",
      variation: 0,
      trackEvents: false,
      clauses: [{ contextKind: "user", attribute: "", op: "segmentMatch", values: ["beta"], negate: false }],
    },
  ],
};
const FLAGS = [
  segment("beta"),
  flag("checkout", { clientSide: true, on: false }),
  flag("for-beta", { clientSide: true, ...FOR_BETA_TESTERS }),
  flag("gate"),
  flag("behind-gate", { clientSide: true, prerequisites: [{ key: "gate", variation: 1 }] }),
];

/** One deployment announces changes, the other sends what became of them. */
describe.each(["ping", "values"])("with clientStreams = %s", (clientStreams) => {
  let deployment: Deployment;
  let upstream: SimulatedEnvironment;

  beforeAll(async () => {
    deployment = await Deployment.open(
      `
      [Environment "Production"]
      sdkKey = ${SDK_KEY}
      envId = ${ENV_ID}
      [Environment "Secure"]
      sdkKey = ${SECURE_KEY}
      envId = ${SECURE_ID}
      secureMode = true`,
      { clientStreams, pingStreamJitterTime: "50ms" },
    );
    upstream = deployment.ld.environment(SDK_KEY, { envId: ENV_ID });
    upstream.replace(FLAGS);
    deployment.ld.environment(SECURE_KEY, { envId: SECURE_ID }).replace(FLAGS);
    await deployment.start("ingestor", "edge", "forwarder");
  });
  afterAll(async () => {
    await deployment[Symbol.asyncDispose]();
    await stopAll();
  });

  describe.each(CLIENT_SDKS)("$sdk", (sdk) => {
    const start = (flags: Omit<RelayFlags, "url">, envId = ENV_ID) => {
      const { url } = deployment.role("edge");
      return startClient(sdk, envId, { context: ANN, eventsUri: url, flags: { ...flags, url } });
    };

    it.each([false, true])(
      "has its first values, and hears of a flag, a segment alone, and a prerequisite (REPORT: %s)",
      async (useReport) => {
        upstream.replace(FLAGS);
        await flagsAre(deployment, { checkout: false, "for-beta": false, "behind-gate": false });
        const client = await start({ streaming: true, useReport });
        expect(["checkout", "for-beta", "behind-gate"].map((key) => client.variation(key, null))).toEqual([
          false,
          false,
          false,
        ]);
        expect(client.variation("gate", "not for browsers")).toBe("not for browsers");

        const becomesTrue = (key: string) =>
          eventually(`${key} to be true`, () => client.variation(key, null) === true);
        upstream.change("flags", "checkout", { on: true });
        await becomesTrue("checkout");
        upstream.change("segments", "beta", { included: [ANN.key] });
        await becomesTrue("for-beta");
        upstream.change("flags", "gate", { fallthrough: { variation: 1 } });
        await becomesTrue("behind-gate");

        upstream.delete("flags", "checkout");
        await eventually("the flag to be gone", () => client.variation("checkout", "gone") === "gone");
      },
    );

    it("is told why, if it asks", async () => {
      upstream.replace(FLAGS);
      await flagsAre(deployment, { checkout: false, "behind-gate": false });
      const client = await start({ withReasons: true });
      expect(client.variationDetail("checkout", null).reason).toEqual({ kind: "OFF" });
      expect(client.variationDetail("behind-gate", null).reason).toEqual({
        kind: "PREREQUISITE_FAILED",
        prerequisiteKey: "gate",
      });
    });

    it("is served in secure mode only with the context's hash", async () => {
      const hash = createHmac("sha256", SECURE_KEY).update(ANN.key).digest("hex");
      const client = await start({ hash }, SECURE_ID);
      expect(client.variation("for-beta", null)).toBe(false);
      const stranger = await start({ hash: hash.replaceAll(/./g, "0") }, SECURE_ID).catch(() => undefined);
      expect(stranger?.variation("for-beta", "unknown") ?? "unknown").toBe("unknown");
    });

    it("has what it evaluated counted once at LaunchDarkly", async () => {
      // A flag of its own: what clients of earlier tests evaluated may still be on its way.
      const counted = `counted-${sdk.sdk}`.replaceAll(/[^a-z0-9-]/g, "-");
      upstream.replace([...FLAGS, flag(counted, { clientSide: true, on: false })]);
      await flagsAre(deployment, { [counted]: false });
      const client = await start({});
      client.variation(counted, null);
      client.variation(counted, null);
      await client.flush();
      await eventuallyPasses("the summary", () =>
        expect(summariesOf(deployment, counted)).toMatchObject([
          { counters: [{ count: 2, variation: 1, version: 1 }] },
        ]),
      );
    });
  });

  it("new clients still get values while LaunchDarkly is away", async () => {
    upstream.replace(FLAGS);
    await flagsAre(deployment, { checkout: false });
    await deployment.ld.pause();
    onTestFinished(() => deployment.ld.resume());
    const { url } = deployment.role("edge");
    for (const sdk of CLIENT_SDKS) {
      const client = await startClient(sdk, ENV_ID, { context: ANN, eventsUri: url, flags: { url } });
      expect(client.variation("checkout", null)).toBe(false);
    }
  });

  it("a change reaches a page by its stream and nothing that it could not ask for itself", async () => {
    upstream.replace(FLAGS);
    await flagsAre(deployment, { checkout: false });
    const proxy = await startRecordingProxy(deployment.role("edge").url);
    onTestFinished(() => proxy.stop());
    const [js4] = CLIENT_SDKS;
    const client = await startClient(js4, ENV_ID, {
      context: ANN,
      eventsUri: proxy.url,
      flags: { url: proxy.url, streaming: true },
    });
    const polls = () =>
      proxy.exchanges.filter(({ method, path }) => method === "GET" && path.startsWith("/sdk/evalx/")).length;
    await eventually("the stream", () => proxy.exchanges.some(({ path }) => path.startsWith("/eval/")));
    upstream.change("flags", "checkout", { on: true });
    await eventually("the change", () => client.variation("checkout", null) === true);
    if (clientStreams === "values") expect(polls()).toBe(1);
    else expect(polls()).toBeGreaterThan(1);
  });

  it("no process logs a credential or a context, not even at level debug", () => {
    expect(leaks(deployment.output, [SDK_KEY, SECURE_KEY], [ANN.key, ANN.email])).toEqual([]);
  });
});

/** What summaries that have arrived say of a flag. Clients of earlier tests may still be sending theirs, of others. */
function summariesOf({ ld }: Deployment, key: string): unknown[] {
  const features = ld.events.ofKind("summary").map((summary) => summary.features as Record<string, unknown>);
  return features.flatMap((feature) => (key in feature ? [feature[key]] : []));
}

/** Waits until a browser that asks would get these values. */
async function flagsAre(deployment: Deployment, values: Readonly<Record<string, unknown>>): Promise<void> {
  const context = Buffer.from(JSON.stringify(ANN)).toString("base64url");
  await eventuallyPasses("the edge to have the flags", async () => {
    const response = await fetch(`${deployment.role("edge").url}/sdk/evalx/${ENV_ID}/contexts/${context}`);
    const results = (await response.json()) as Record<string, { readonly value: unknown }>;
    const seen = Object.fromEntries(Object.entries(results).map(([key, { value }]) => [key, value]));
    expect(seen).toMatchObject(values);
  });
}
