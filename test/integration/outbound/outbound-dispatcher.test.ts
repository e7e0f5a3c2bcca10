import { once } from "node:events";
import { createServer } from "node:net";
import type { Dispatcher } from "undici";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { ProxySettings } from "../../../shared/config/outbound-settings.ts";
import { outboundDispatcher } from "../../../shared/outbound/outbound-dispatcher.ts";
import { type LaunchDarklySimulator, startLaunchDarkly } from "../../../simulator/simulator.ts";
import { type ForwardProxyServer, startForwardProxy } from "../../support/forward-proxy.ts";

const AUTHORIZATION = `Basic ${Buffer.from("relay:secret").toString("base64")}`;

let ld: LaunchDarklySimulator;
let server: ForwardProxyServer;
let named: string;

beforeEach(async () => {
  ld = await startLaunchDarkly();
  ld.environment("sdk-key", { envId: "env" });
  const { port } = new URL(ld.url);
  named = `http://launchdarkly.test:${port}`;
  server = await startForwardProxy({
    targets: { [`launchdarkly.test:${port}`]: Number(port) },
    authorization: AUTHORIZATION,
  });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await ld.stop();
});

function open(proxies: ProxySettings, limits = {}): Dispatcher {
  const dispatcher = outboundDispatcher(
    { proxies, trusted: [] },
    {
      connectTimeoutMs: 500,
      headersTimeoutMs: 500,
      bodyTimeoutMs: 500,
      ...limits,
    },
  );
  onTestFinished(() => dispatcher.destroy());
  return dispatcher;
}
const settings = (more: Partial<ProxySettings> = {}): ProxySettings => ({
  http: { url: `http://127.0.0.1:${server.port}`, authorization: AUTHORIZATION },
  noProxy: "",
  ...more,
});
const get = async (dispatcher: Dispatcher, origin: string): Promise<number> => {
  const answer = await dispatcher.request({ origin, path: "/sdk/goals/env", method: "GET" });
  await answer.body.dump();
  return answer.statusCode;
};

describe("a request for a host that only the proxy knows", () => {
  it("is asked of the proxy by its absolute URL", async () => {
    expect(await get(open(settings()), named)).toBe(200);
    expect(server.asked).toEqual([`GET ${named}/sdk/goals/env`]);
  });

  it("does not take the proxy of the other kind of link", async () => {
    const { http } = settings();
    if (http === undefined) throw new Error("no proxy");
    await expect(get(open({ https: http, noProxy: "" }), named)).rejects.toThrow(/ENOTFOUND|EAI_AGAIN/);
    expect(server.asked).toEqual([]);
  });

  it("goes directly, and so in vain, if NO_PROXY names it", async () => {
    await expect(get(open(settings({ noProxy: ".test" })), named)).rejects.toThrow(/ENOTFOUND|EAI_AGAIN/);
    expect(server.asked).toEqual([]);
  });

  it("is never taken for an answer of LaunchDarkly's if the proxy wants other credentials", async () => {
    const withoutUser = { http: { url: `http://127.0.0.1:${server.port}` } };
    await expect(get(open(settings(withoutUser)), named)).rejects.toThrow(/[Pp]roxy/);
    expect(server.refused).toBe(1);
  });

  it("fails in a tunnel, too, if the proxy wants other credentials", async () => {
    const withoutUser = { https: { url: `http://127.0.0.1:${server.port}` } };
    const tunnelled = named.replace("http:", "https:");
    await expect(get(open(settings(withoutUser)), tunnelled)).rejects.toThrow("407");
    expect(server.refused).toBe(1);
  });

  it("keeps its time limits", async () => {
    ld.faults.add({ on: "goals", reaction: { kind: "silence" } });
    await expect(get(open(settings()), named)).rejects.toThrow("Headers Timeout");
  });

  it("gives up a proxy that does not answer", async () => {
    const deaf = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(deaf, "listening");
    onTestFinished(() => void deaf.close());
    const address = deaf.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const proxies = settings({ https: { url: `http://127.0.0.1:${address.port}` } });
    await expect(get(open(proxies), named.replace("http:", "https:"))).rejects.toThrow("Timeout");
  });

  it("shares a limited number of connections", async () => {
    const dispatcher = open(settings(), { connections: 2 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => get(dispatcher, named)));
    expect(answers).toEqual(Array(8).fill(200));
    expect(server.connections).toBeLessThanOrEqual(2);
  });
});

it("a request to this machine goes directly", async () => {
  expect(await get(open(settings()), ld.url)).toBe(200);
  expect(server.asked).toEqual([]);
});

it("a request to this machine takes the proxy, too, where NO_PROXY does not count", async () => {
  const { http } = settings();
  const { host, port } = new URL(ld.url);
  await using forLocal = await startForwardProxy({
    targets: { [host]: Number(port) },
    authorization: AUTHORIZATION,
  });
  const dispatcher = open({ http: { ...http, url: `http://127.0.0.1:${forLocal.port}` } });
  expect(await get(dispatcher, ld.url)).toBe(200);
  expect(forLocal.asked).toEqual([`GET ${ld.url}/sdk/goals/env`]);
});
