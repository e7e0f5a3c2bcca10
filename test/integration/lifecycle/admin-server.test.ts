import { once } from "node:events";
import { createServer, request } from "node:http";
import { type AddressInfo, createConnection } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { UserError } from "../../../shared/base/errors.ts";
import { StopScope } from "../../../shared/base/stop-scope.ts";
import { startAdminServer } from "../../../shared/lifecycle/admin-server.ts";
import { Health } from "../../../shared/lifecycle/health.ts";
import { createLogger } from "../../../shared/lifecycle/logger.ts";
import { createMetrics } from "../../../shared/lifecycle/metrics.ts";

const host = "127.0.0.1";
const logger = createLogger({ level: "none", role: "test", pretty: false });
let scope = new StopScope();

async function start(port = 0, at = host) {
  const health = new Health();
  const metrics = createMetrics("relay");
  const server = await startAdminServer({ host: at, port, health, metrics, logger });
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
    health.addCheck("redis", () => "away");
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
