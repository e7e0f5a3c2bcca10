import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { flag } from "../../../simulator/content.ts";
import { Deployment } from "../../support/deployment.ts";
import { eventually, eventuallyPasses } from "../../support/eventually.ts";
import { leaks } from "../../support/leaks.ts";
import { startRecordingProxy } from "../../support/recording-proxy.ts";
import { stopAll } from "../../support/relay-process.ts";
import { SDKS, startSdk, startSdkVersion5 } from "./clients.ts";
import { customEvents, expectCountedOnce, postsReceived, postsSent, settledPosts } from "./posts.ts";

const SDK_KEY = "sdk-events-0123456789";
const GOODS = { goods: "socks, naïve ☃ ones" };
const ANN = { kind: "user", key: "ann@example.com", email: "ann-private@example.com" };

let deployment: Deployment;

beforeAll(async () => {
  deployment = await Deployment.open(`[Environment "Production"]\nsdkKey = ${SDK_KEY}`);
  deployment.ld.environment(SDK_KEY).set(flag("checkout", { trackEvents: true }));
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

const CASES = [
  { ...SDKS[0], enableEventCompression: false },
  { ...SDKS[0], enableEventCompression: true },
  { ...SDKS[1], enableEventCompression: false },
];

describe.each(CASES)("$sdk (compression: $enableEventCompression)", (sdk) => {
  it("has its events and diagnostics delivered byte for byte, under its own headers", async () => {
    deployment.ld.events.clear();
    const proxy = await startRecordingProxy(deployment.role("edge").url);
    onTestFinished(() => proxy.stop());
    const client = await startSdk(sdk, SDK_KEY, proxy.url, {
      wrapperName: "shop-framework",
      wrapperVersion: "1.2.3",
      application: { id: "shop", version: "2026.1" },
      ...(sdk.enableEventCompression && { enableEventCompression: true }),
    });
    await client.variation("checkout", ANN, false);
    client.identify(ANN);
    client.track("bought", ANN, GOODS, 12.5);
    await client.flush();
    client.track("came back", ANN);
    await client.flush();

    const sent = await settledPosts(proxy, ["/bulk", "/bulk", "/diagnostic"]);
    const { events } = deployment.ld;
    await eventuallyPasses("everything to have arrived", () => {
      expect(postsReceived(events)).toEqual(postsSent(sent));
    });
    const compressed = sent.filter(({ headers }) => headers["content-encoding"] === "gzip");
    for (const { body } of compressed)
      expect(events.attempts.some(({ rawBody }) => rawBody.equals(body))).toBe(true);
    expect(events.attempts).toHaveLength(3);
    expect(events.counted).toHaveLength(3);
    expect(customEvents(events)).toMatchObject([{ key: "bought", metricValue: 12.5 }, { key: "came back" }]);
    expect(events.ofKind("summary")).toMatchObject([
      { features: { checkout: { counters: [{ count: 1 }] } } },
    ]);
    for (const kind of ["identify", "feature", "diagnostic-init"])
      expect(events.ofKind(kind)).toHaveLength(1);
    expect(sent.some(({ headers }) => headers["content-encoding"] === "gzip")).toBe(
      sdk.enableEventCompression,
    );
    for (const { headers } of sent)
      expect(headers).toMatchObject({
        "user-agent": expect.stringContaining("NodeJSClient/"),
        "x-launchdarkly-tags": "application-id/shop application-version/2026.1",
        "x-launchdarkly-wrapper": "shop-framework/1.2.3",
      });
    const ids = sent.map(({ headers }) => headers["x-launchdarkly-payload-id"]).filter(Boolean);
    expect(new Set(ids).size).toBe(2);
  });

  it("has events counted once that it sends twice because an answer got lost", async () => {
    deployment.ld.events.clear();
    const proxy = await startRecordingProxy(deployment.role("edge").url);
    onTestFinished(() => proxy.stop());
    proxy.loseAnswer("/bulk");
    const client = await startSdk(sdk, SDK_KEY, proxy.url, {
      diagnosticOptOut: true,
      ...(sdk.enableEventCompression && { enableEventCompression: true }),
    });
    client.track("bought", ANN);
    await client.flush();

    await settledPosts(proxy, ["/bulk", "/bulk"]);
    await eventuallyPasses("both tries to have arrived", () =>
      expectCountedOnce(deployment.ld.events, "/bulk"),
    );
  });
});

describe("ldclient-node 5", () => {
  it("has its events delivered byte for byte, each payload under one id that it did not give it", async () => {
    deployment.ld.events.clear();
    const proxy = await startRecordingProxy(deployment.role("edge").url);
    onTestFinished(() => proxy.stop());
    const client = await startSdkVersion5(SDK_KEY, proxy.url);
    const ann = { key: ANN.key, email: ANN.email };
    await client.variation("checkout", ann, false);
    client.identify(ann);
    client.track("bought", ann, GOODS);
    await client.flush();
    client.track("came back", ann);
    await client.flush();

    const sent = await settledPosts(proxy, ["/bulk", "/bulk"]);
    const { events } = deployment.ld;
    await eventuallyPasses("everything to have arrived", () => {
      expect(postsReceived(events).map(withoutId)).toEqual(postsSent(sent));
    });
    expect(events.attempts).toHaveLength(2);
    const ids = events.attempts.map(({ headers }) => headers["x-launchdarkly-payload-id"]);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
    for (const { headers } of events.attempts)
      expect(headers).toMatchObject({
        "user-agent": expect.stringContaining("NodeJSClient/5."),
        "x-launchdarkly-event-schema": "3",
      });
    expect(customEvents(events)).toMatchObject([
      { key: "bought", userKey: ANN.key, data: GOODS },
      { key: "came back", userKey: ANN.key },
    ]);
    expect(events.ofKind("summary")).toMatchObject([
      { features: { checkout: { counters: [{ count: 1 }] } } },
    ]);
    for (const kind of ["identify", "feature"]) expect(events.ofKind(kind)).toHaveLength(1);
  });
});

const withoutId = ({ headers, ...post }: ReturnType<typeof postsReceived>[number]) => ({
  ...post,
  headers: { ...headers, "x-launchdarkly-payload-id": undefined },
});

it("no process logs a credential or a context, not even at level debug", () => {
  expect(leaks(deployment.output, [SDK_KEY], [ANN.key, ANN.email])).toEqual([]);
});
