import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { BrowserPage } from "../../support/browser-page.ts";
import { Deployment } from "../../support/deployment.ts";
import { eventuallyPasses } from "../../support/eventually.ts";
import { leaks } from "../../support/leaks.ts";
import { startRecordingProxy } from "../../support/recording-proxy.ts";
import { stopAll } from "../../support/relay-process.ts";
import { CLIENT_SDKS, PAGE_ORIGIN, startClient } from "./client-side.ts";
import { customEvents, expectCountedOnce, postsReceived, postsSent, settledPosts } from "./posts.ts";

const SDK_KEY = "sdk-clients-0123456789";
const ENV_ID = "env-clients";
const STRICT_ID = "env-strict";
const ANN = { kind: "user", key: "ann@example.com", email: "ann-private@example.com" };
const ANALYTICS = `/events/bulk/${ENV_ID}`;
const DIAGNOSTICS = `/events/diagnostic/${ENV_ID}`;

/** What a page may be given by its server, so that its SDK need not ask for it. */
const BOOTSTRAP = {
  checkout: true,
  $valid: true,
  $flagsState: { checkout: { version: 3, variation: 0, trackEvents: true } },
};

let deployment: Deployment;

beforeAll(async () => {
  deployment = await Deployment.open(`
    [Environment "Production"]
    sdkKey = ${SDK_KEY}
    envId = ${ENV_ID}
    [Environment "Strict"]
    sdkKey = sdk-strict-0123456789
    envId = ${STRICT_ID}
    allowedOrigin = ${PAGE_ORIGIN}`);
  deployment.ld.environment(SDK_KEY, { envId: ENV_ID });
  deployment.ld.environment("sdk-strict-0123456789", { envId: STRICT_ID });
  await deployment.start("ingestor", "edge", "forwarder");
});
afterAll(async () => {
  await deployment[Symbol.asyncDispose]();
  await stopAll();
});

async function proxyToTheEdge() {
  deployment.ld.events.clear();
  const proxy = await startRecordingProxy(deployment.role("edge").url);
  onTestFinished(() => proxy.stop());
  return proxy;
}

describe.each(CLIENT_SDKS)("$sdk", (sdk) => {
  it("has its events and diagnostics delivered byte for byte, under its own headers", async () => {
    const proxy = await proxyToTheEdge();
    const client = await startClient(sdk, ENV_ID, {
      context: ANN,
      eventsUri: proxy.url,
      flags: { bootstrap: BOOTSTRAP },
    });
    expect(client.variation("checkout", false)).toBe(true);
    client.track("bought", { goods: "socks, naïve ☃ ones" }, 12.5);
    await client.flush();
    client.track("came back", undefined);
    await client.flush();

    const sent = await settledPosts(proxy, [ANALYTICS, ANALYTICS, DIAGNOSTICS]);
    const { events } = deployment.ld;
    await eventuallyPasses("everything to have arrived", () => {
      expect(postsReceived(events)).toEqual(postsSent(sent));
    });
    expect(events.attempts).toHaveLength(3);
    expect(events.counted).toHaveLength(3);
    expect(customEvents(events)).toMatchObject([{ key: "bought", metricValue: 12.5 }, { key: "came back" }]);
    expect(events.ofKind("summary")).toMatchObject([
      { features: { checkout: { counters: [{ count: 1 }] } } },
    ]);
    for (const kind of ["identify", "feature"]) expect(events.ofKind(kind)).toHaveLength(1);
    expect([...events.ofKind("diagnostic-init"), ...events.ofKind("diagnostic-combined")]).toHaveLength(1);
    for (const { path, headers } of sent) {
      expect(headers).toMatchObject({
        [sdk.browser ? "x-launchdarkly-user-agent" : "user-agent"]: expect.stringContaining("Client"),
        "x-launchdarkly-tags": "application-id/shop application-version/2026.1",
        "x-launchdarkly-wrapper": "shop-framework/1.2.3",
      });
      if (path === ANALYTICS)
        expect(headers).toMatchObject({
          "x-launchdarkly-payload-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
          "x-launchdarkly-event-schema": "4",
        });
    }
    const preflights = proxy.exchanges.filter(({ method }) => method === "OPTIONS");
    expect(preflights.length > 0).toBe(sdk.browser);
  });

  it("has events counted once that it sends twice because an answer got lost", async () => {
    const proxy = await proxyToTheEdge();
    proxy.loseAnswer(ANALYTICS);
    const client = await startClient(sdk, ENV_ID, {
      context: ANN,
      eventsUri: proxy.url,
      flags: { bootstrap: BOOTSTRAP },
    });
    client.track("bought", undefined);
    await client.flush();

    await settledPosts(proxy, [ANALYTICS, ANALYTICS, DIAGNOSTICS]);
    await eventuallyPasses("both tries to have arrived", () =>
      expectCountedOnce(deployment.ld.events, ANALYTICS),
    );
  });
});

describe("a page", () => {
  const post = async (origin: string, envId: string) => {
    using page = new BrowserPage(origin);
    return await page.post(`${deployment.role("edge").url}/events/bulk/${envId}`, "[]", {
      "X-LaunchDarkly-Event-Schema": "4",
    });
  };

  it("can read the time at which the relay took its events", async () => {
    const { status, header } = await post(PAGE_ORIGIN, ENV_ID);
    expect(status).toBe(202);
    expect(Math.abs(Date.parse(header("Date") ?? "") - Date.now())).toBeLessThan(60_000);
  });

  it("can read that its environment does not exist", async () => {
    expect(await post(PAGE_ORIGIN, "env-unknown")).toMatchObject({ status: 404 });
  });

  it("can send events from an origin that the environment allows, and not from another", async () => {
    expect(await post(PAGE_ORIGIN, STRICT_ID)).toMatchObject({ status: 202 });
    await expect(post("http://elsewhere.example", STRICT_ID)).rejects.toThrow("Failed to fetch");
  });
});

describe("an image", () => {
  const PIXEL = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
  const OLD_BROWSER = "Mozilla/4.0";
  const GOOD = JSON.stringify([{ kind: "custom", key: "naïve ☃", user: { key: ANN.key } }]);

  async function loadImage(data: string): Promise<{ readonly status: number; readonly body: string }> {
    const url = `${deployment.role("edge").url}/a/${ENV_ID}.gif?d=${encodeURIComponent(data)}`;
    const response = await fetch(url, { headers: { "User-Agent": OLD_BROWSER } });
    expect(response.headers.get("content-type")).toBe("image/gif");
    return { status: response.status, body: Buffer.from(await response.arrayBuffer()).toString("base64") };
  }

  it("brings the events in its address to LaunchDarkly, as those of a browser, and is shown whatever they are", async () => {
    deployment.ld.events.clear();
    for (const data of ["", "!", Buffer.from('[{"kind":').toString("base64")])
      expect(await loadImage(data)).toEqual({ status: 200, body: PIXEL });
    expect(await loadImage(Buffer.from(GOOD).toString("base64"))).toEqual({ status: 200, body: PIXEL });

    await eventuallyPasses("the events to have arrived", () => {
      const posts = postsReceived(deployment.ld.events);
      expect(posts.filter(({ headers }) => headers["user-agent"] === OLD_BROWSER)).toMatchObject([
        {
          path: ANALYTICS,
          body: Buffer.from(GOOD),
          headers: {
            "content-type": "application/json",
            "x-launchdarkly-event-schema": "3",
            "x-launchdarkly-payload-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
          },
        },
      ]);
    });
  });
});

it("no process logs a credential or a context, not even at level debug", () => {
  expect(leaks(deployment.output, [SDK_KEY], [ANN.key, ANN.email])).toEqual([]);
});
