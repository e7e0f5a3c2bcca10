import { once } from "node:events";
import { createServer, request } from "node:http";
import { type AddressInfo, createConnection } from "node:net";
import { networkInterfaces } from "node:os";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { UserError } from "../../../shared/base/errors.ts";
import { StopScope } from "../../../shared/base/stop-scope.ts";
import { adminSettings } from "../../../shared/config/settings/admin.ts";
import type { AdminRoute } from "../../../shared/lifecycle/admin-route.ts";
import { startAdminServer } from "../../../shared/lifecycle/admin-server.ts";
import { Health } from "../../../shared/lifecycle/health.ts";
import { metricsRoute } from "../../../shared/lifecycle/metrics-route.ts";
import { probeRoutes } from "../../../shared/lifecycle/probe-routes.ts";
import { createLogger } from "../../../shared/telemetry/logger.ts";
import { createMetrics } from "../../../shared/telemetry/metrics.ts";

const host = "127.0.0.1";
const logger = createLogger({ level: "none", role: "test" });
let scope = new StopScope();

/** Routes as a part of the process might add them. */
const echo: AdminRoute = {
  method: "POST",
  path: "/echo",
  answer: async (request) => ({ status: 201, headers: { "X-Echo": "1" }, body: await text(request) }),
};
const broken: AdminRoute = {
  method: "GET",
  path: "/broken",
  answer: () => {
    throw new Error("broken");
  },
};

async function start(port = 0, at = host) {
  const health = new Health();
  const metrics = createMetrics("relay");
  const routes = [...probeRoutes(health), metricsRoute(metrics), echo, broken];
  const server = await startAdminServer({ host: at, port, routes, logger });
  scope.add("admin server", () => server.stop());
  return { health, metrics, server };
}

afterEach(async () => {
  await scope.stop();
  scope = new StopScope();
});

describe("the admin listener", () => {
  it("answers the probes and the metrics on any free port, and nothing else", async () => {
    const { server, health, metrics } = await start();
    metrics.counter({ name: "things_total", help: "Things", labels: [] }).add({}, 2);
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    health.addCheck("redis", () => ({ code: "redis.away", reason: "away" }));
    const ready = await fetch(`${server.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ reasons: [{ name: "redis", reason: "away" }] });
    const read = await fetch(`${server.url}/metrics`);
    expect(read.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await read.text()).toContain("relay_things_total 2");
    const head = await fetch(`${server.url}/metrics`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect((await fetch(`${server.url}/status`)).status).toBe(404);
    expect((await fetch(`${server.url}/healthz`, { method: "POST" })).status).toBe(404);
  });

  it("answers the routes that it is given, by method and path, whatever the query", async () => {
    const { server } = await start();
    const posted = await fetch(`${server.url}/echo?x=1`, { method: "POST", body: "hällo" });
    expect([posted.status, posted.headers.get("x-echo"), await posted.text()]).toEqual([201, "1", "hällo"]);
    expect((await fetch(`${server.url}/echo`)).status).toBe(404);
    expect((await fetch(`${server.url}/healthz?x=1`)).status).toBe(200);
  });

  it("answers 500 to what fails, and goes on", async () => {
    const { server } = await start();
    expect((await fetch(`${server.url}/broken`)).status).toBe(500);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  const answers = async (at: string, port: number) =>
    fetch(`http://${at}:${port}/healthz`).then(
      ({ status }) => status,
      () => undefined,
    );
  const anyAddress = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

  it.each(["0.0.0.0", "::"])("listens on every address of IPv4 and IPv6 at %s", async (at) => {
    const { server } = await start(0, at);
    expect(await answers("127.0.0.1", server.port)).toBe(200);
    expect(await answers("[::1]", server.port)).toBe(200);
    if (anyAddress !== undefined) expect(await answers(anyAddress, server.port)).toBe(200);
  });

  it("listens on this machine's own address of IPv4 and of IPv6 at localhost, which is the default", async () => {
    const { server } = await start(0, adminSettings.parse({}).host);
    expect(await answers("127.0.0.1", server.port)).toBe(200);
    expect(await answers("[::1]", server.port)).toBe(200);
    if (anyAddress !== undefined) expect(await answers(anyAddress, server.port)).toBeUndefined();
    await server.stop();
    expect(await answers("[::1]", server.port)).toBeUndefined();
  });

  it("does without the address of IPv6 where somebody else has the port", async () => {
    const other = createServer((_request, response) => response.writeHead(418).end()).listen(0, "::1");
    await once(other, "listening");
    scope.add("other", () => {
      other.close();
    });
    const { server } = await start((other.address() as AddressInfo).port, "localhost");
    expect(await answers("127.0.0.1", server.port)).toBe(200);
    expect(await answers("[::1]", server.port)).toBe(418);
  });

  it("names the settings when the port is taken", async () => {
    const other = createServer().listen(0, host);
    await once(other, "listening");
    scope.add("other", () => {
      other.close();
    });
    const { port } = other.address() as AddressInfo;
    const failure = await start(port).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect(String(failure)).toContain(`127.0.0.1:${port}`);
    expect(String(failure)).toContain("[Admin] port (or [Prometheus] port)");
  });

  it("names the settings when the host is not this machine's", async () => {
    await expect(start(0, "192.0.2.1")).rejects.toThrow("Check [Admin] host");
  });

  it("closes at once although clients keep connections and a reading of the metrics hangs", async () => {
    const { server, metrics } = await start();
    let asked = false;
    metrics.beforeRead(() => {
      asked = true;
      return new Promise(() => undefined);
    });
    const idle = createConnection(server.port, host);
    await once(idle, "connect");
    const reading = request(`${server.url}/metrics`).end();
    const cut = once(reading, "error");
    await expect.poll(() => asked).toBe(true);
    await Promise.all([server.stop(), server.stop(), once(idle, "close"), cut]);
    await expect(fetch(server.url)).rejects.toThrow();
  });
});
