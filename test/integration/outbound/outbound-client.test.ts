import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import type { OutboundSettings } from "../../../shared/config/outbound-settings.ts";
import { OutboundClient } from "../../../shared/outbound/outbound-client.ts";
import { startLaunchDarkly } from "../../../simulator/simulator.ts";
import { DIRECT } from "../../support/direct.ts";
import { startForwardProxy } from "../../support/forward-proxy.ts";
import { startTlsFront } from "../../support/tls-front.ts";

const NAME = "launchdarkly.test";
const AUTHORIZATION = `Basic ${Buffer.from("relay:secret").toString("base64")}`;
const LIMITS = { connectTimeoutMs: 2000, headersTimeoutMs: 2000, bodyTimeoutMs: 2000 };

function open(settings: OutboundSettings, baseUri: string): OutboundClient {
  const client = new OutboundClient(settings, { baseUri, userAgent: "LDRelay/test", limits: LIMITS });
  onTestFinished(() => client.close());
  return client;
}
async function get(client: OutboundClient, headers = {}): Promise<number> {
  const signal = AbortSignal.timeout(5000);
  const answer = await client.request({ method: "GET", path: "/sdk/goals/env", headers, signal });
  await answer.body.dump();
  return answer.statusCode;
}

it("puts paths behind the base URI, and its user agent on requests that bring none", async () => {
  const asked: string[] = [];
  const server = createServer(({ url, headers }, response) => {
    asked.push(`${url} ${headers["user-agent"]}`);
    response.end();
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const client = open(DIRECT, `http://127.0.0.1:${(server.address() as AddressInfo).port}/base/`);
  expect(await get(client)).toBe(200);
  expect(await get(client, { "user-agent": "another" })).toBe(200);
  expect(asked).toEqual(["/base/sdk/goals/env LDRelay/test", "/base/sdk/goals/env another"]);
});

it("streams through a proxy what fetch asks for", async () => {
  await using ld = await startLaunchDarkly();
  ld.environment("sdk-key");
  const port = Number(new URL(ld.url).port);
  await using proxy = await startForwardProxy({
    targets: { [`${NAME}:${port}`]: port },
    authorization: AUTHORIZATION,
  });
  const http = { url: `http://127.0.0.1:${proxy.port}`, authorization: AUTHORIZATION };
  const client = open({ proxies: { http }, trusted: [] }, `http://${NAME}:${port}`);
  const signal = AbortSignal.timeout(5000);
  const answer = await client.stream("/all", { authorization: "sdk-key" }, signal);
  expect(answer.status).toBe(200);
  await answer.body?.cancel();
  expect(proxy.asked).toEqual([`GET http://${NAME}:${port}/all`]);
});

it("believes a proxy that looks into TLS only with the certificate of its private authority", async () => {
  await using ld = await startLaunchDarkly();
  ld.environment("sdk-key", { envId: "env" });
  await using looksIn = await startTlsFront(NAME, Number(new URL(ld.url).port));
  await using proxy = await startForwardProxy({
    targets: { [`${NAME}:443`]: looksIn.port },
    authorization: AUTHORIZATION,
  });
  const https = { url: `http://127.0.0.1:${proxy.port}`, authorization: AUTHORIZATION };
  const open443 = (trusted: string[]) => open({ proxies: { https }, trusted }, `https://${NAME}`);
  await expect(get(open443([]))).rejects.toThrow(/certificate/);
  expect(await get(open443([readFileSync(looksIn.caFile, "utf8")]))).toBe(200);
  expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${NAME}:443`]));
});
