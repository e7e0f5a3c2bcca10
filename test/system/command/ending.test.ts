import { afterAll, beforeAll, expect, it } from "vitest";
import { Deployment } from "../../support/deployment.ts";
import { eventually } from "../../support/eventually.ts";
import { flag } from "../../support/launchdarkly/content.ts";
import { type RelayProcess, startRelay, stopAll } from "../../support/relay-process.ts";
import { openSse } from "../../support/sse.ts";

const SDK_KEY = "sdk-ending-0123456789";
const AUTHORIZED = { Authorization: SDK_KEY };

let deployment: Deployment;

beforeAll(async () => {
  deployment = await Deployment.open(`
    [Main]
    gracefulShutdownTimeout = 5s
    [Environment "Production"]
    sdkKey = ${SDK_KEY}`);
  deployment.ld.environment(SDK_KEY).set(flag("checkout"));
  await deployment.start("ingestor");
});
afterAll(async () => {
  await deployment[Symbol.asyncDispose]();
  await stopAll();
});

async function startRole(role: "edge" | "forwarder"): Promise<RelayProcess> {
  const relay = await startRelay({ role, config: (ports) => deployment.config(ports) });
  await relay.waitUntilReady();
  return relay;
}

it.each(["SIGTERM", "SIGINT"] as const)(
  "%s ends an edge's streams politely, and then the edge with 0",
  async (signal) => {
    const edge = await startRole("edge");
    const streams = await Promise.all(
      Array.from({ length: 20 }, () => openSse(`${edge.url}/all`, { headers: AUTHORIZED })),
    );
    await Promise.all(streams.map((stream) => stream.waitFor("put")));
    const began = performance.now();
    process.kill(edge.pid, signal);
    expect(await edge.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - began).toBeLessThan(5_000);
    await eventually("the clients to know", () => streams.every(({ closed }) => closed));
    expect(streams.map(({ failure }) => failure)).toEqual(streams.map(() => undefined));
    expect(edge.logs.at(-1)).toMatchObject({ message: "stopped", role: "edge" });
  },
);

it("an ending edge takes no new connection, and is not ready", async () => {
  const edge = await startRole("edge");
  const streams = await Promise.all(
    Array.from({ length: 20 }, () => openSse(`${edge.url}/all`, { headers: AUTHORIZED })),
  );
  process.kill(edge.pid, "SIGTERM");
  await edge.waitForLog(({ message }) => message === "stopping");
  await expect(openSse(`${edge.url}/all`, { headers: AUTHORIZED })).rejects.toThrow("ECONNREFUSED");
  expect((await fetch(`${edge.adminUrl}/readyz`)).status).toBe(503);
  expect(await edge.exited).toEqual({ code: 0, signal: null });
  expect(streams.every(({ closed }) => closed)).toBe(true);
});

it("a second signal ends a process at once that waits for something", async () => {
  const { ld } = deployment;
  const [edge, forwarder] = await Promise.all([startRole("edge"), startRole("forwarder")]);
  const unanswered = ld.faults.add({ on: "events", reaction: { kind: "silence" } });
  const headers = { ...AUTHORIZED, "Content-Type": "application/json" };
  const accepted = await fetch(`${edge.url}/bulk`, { method: "POST", headers, body: '[{"kind":"custom"}]' });
  expect(accepted.status).toBe(202);
  await eventually("the forwarder to wait for an answer", () => unanswered.met);

  process.kill(forwarder.pid, "SIGTERM");
  await forwarder.waitForLog(({ message }) => message === "stopping");
  const began = performance.now();
  process.kill(forwarder.pid, "SIGINT");
  expect(await forwarder.exited).toEqual({ code: 130, signal: null });
  expect(performance.now() - began).toBeLessThan(1_000);
  expect(await edge.stop()).toEqual({ code: 0, signal: null });
});
