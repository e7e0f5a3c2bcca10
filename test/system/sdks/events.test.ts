import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Deployment } from "../../support/deployment.ts";
import { eventually, eventuallyPasses } from "../../support/eventually.ts";
import { flag } from "../../support/launchdarkly/content.ts";
import type { EventPost } from "../../support/launchdarkly/event-log.ts";
import { leaks } from "../../support/leaks.ts";
import { type Exchange, startRecordingProxy } from "../../support/recording-proxy.ts";
import { stopAll } from "../../support/relay-process.ts";
import { SDKS, startSdk } from "./clients.ts";

const SDK_KEY = "sdk-events-0123456789";
const ANN = { kind: "user", key: "ann@example.com", email: "ann-private@example.com" };

/** All that an SDK says about its payload and itself; what only concerns the connection may differ. */
const KEPT_HEADERS = [
  "authorization",
  "content-type",
  "content-encoding",
  "user-agent",
  "x-launchdarkly-event-schema",
  "x-launchdarkly-payload-id",
  "x-launchdarkly-tags",
  "x-launchdarkly-wrapper",
  "x-launchdarkly-instance-id",
];

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
    client.track("bought", ANN, { goods: "socks, naïve ☃ ones" }, 12.5);
    await client.flush();
    client.track("came back", ANN);
    await client.flush();

    const sent = await eventually("the SDK to have sent everything", () => {
      const posts = proxy.exchanges.filter(({ method }) => method === "POST");
      const paths = posts.map(({ path }) => path).sort();
      return paths.join() === "/bulk,/bulk,/diagnostic" && posts;
    });
    expect(sent.map(({ status }) => status)).toEqual([202, 202, 202]);
    for (const { answerHeaders } of sent)
      expect(Math.abs(Date.parse(answerHeaders.date ?? "") - Date.now())).toBeLessThan(60_000);

    await eventuallyPasses("everything to have arrived", () => {
      expect(deployment.ld.events.accepted.map(asReceived).sort(byBody)).toEqual(
        sent.map(asSent).sort(byBody),
      );
    });
    const { events } = deployment.ld;
    expect(events.attempts).toHaveLength(3);
    expect(events.counted).toHaveLength(3);
    expect(events.ofKind("custom")).toMatchObject([
      { key: "bought", metricValue: 12.5 },
      { key: "came back" },
    ]);
    expect(events.ofKind("summary")).toMatchObject([{ features: { checkout: {} } }]);
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
});

it("no process logs a credential or a context, not even at level debug", () => {
  expect(leaks(deployment.output, [SDK_KEY], [ANN.key, ANN.email])).toEqual([]);
});

const asSent = ({ path, headers, body }: Exchange) => ({ path, headers: kept(headers), body });
const asReceived = ({ path, headers, rawBody }: EventPost) => ({
  path,
  headers: kept(headers),
  body: rawBody,
});
const byBody = (one: { body: Buffer }, other: { body: Buffer }) => Buffer.compare(one.body, other.body);

function kept(headers: Exchange["headers"]): object {
  return Object.fromEntries(KEPT_HEADERS.map((name) => [name, headers[name]]));
}
