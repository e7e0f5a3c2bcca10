import { connect } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { flag } from "../../../simulator/content.ts";
import { freePort } from "../../../simulator/free-port.ts";
import type { SimulatedEnvironment } from "../../../simulator/simulated-environment.ts";
import { Deployment } from "../../support/deployment.ts";
import { eventually } from "../../support/eventually.ts";
import { type RelayOptions, type RelayProcess, startRelay, stopAll } from "../../support/relay-process.ts";
import { openSse } from "../../support/sse.ts";

const SDK_KEY = "sdk-ending-0123456789";
const AUTHORIZED = { Authorization: SDK_KEY };
const POST = {
  method: "POST",
  headers: { ...AUTHORIZED, "Content-Type": "application/json", "X-LaunchDarkly-Event-Schema": "4" },
};

let deployment: Deployment;
let upstream: SimulatedEnvironment;

beforeAll(async () => {
  deployment = await Deployment.open(`
    [Environment "Production"]
    sdkKey = ${SDK_KEY}`);
  upstream = deployment.ld.environment(SDK_KEY);
  upstream.set(flag("checkout"));
  await deployment.start("ingestor");
});
afterAll(async () => {
  await deployment[Symbol.asyncDispose]();
  await stopAll();
});

/** Starts a role with further settings of `[Main]`. */
async function start(role: RelayOptions["role"], ...main: readonly string[]): Promise<RelayProcess> {
  const relay = await startRelay({
    ...(role !== undefined && { role }),
    config: (ports) => deployment.config(ports).replace("[Main]", ["[Main]", ...main].join("\n")),
  });
  await relay.waitUntilReady();
  return relay;
}

const openStreams = async ({ url }: RelayProcess, count: number) => {
  const all = Array.from({ length: count }, () => openSse(`${url}/all`, { headers: AUTHORIZED }));
  const streams = await Promise.all(all);
  await Promise.all(streams.map((stream) => stream.waitFor("put")));
  return streams;
};

const draining = (relay: RelayProcess) => relay.waitForLog(({ event }) => event === "edge.draining");

it("SIGINT, a person's Ctrl-C, ends an edge's streams politely and at once, and then the edge with 0", async () => {
  const edge = await start("edge");
  const streams = await openStreams(edge, 20);
  const began = performance.now();
  process.kill(edge.pid, "SIGINT");
  expect(await edge.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - began).toBeLessThan(2_500);
  await eventually("the clients to know", () => streams.every(({ closed }) => closed));
  expect(streams.map(({ failure }) => failure)).toEqual(streams.map(() => undefined));
  expect(edge.logs.at(-1)).toMatchObject({ message: "stopped", role: "edge" });
});

it("SIGTERM: not ready first, then serving for drainDelay, then streams end evenly over drainTime, then the edge", async () => {
  const edge = await start("edge");
  const streams = await openStreams(edge, 20);
  const ends: number[] = [];
  const began = performance.now();
  process.kill(edge.pid, "SIGTERM");
  await draining(edge);
  const watch = setInterval(() => {
    const closed = streams.filter((stream) => stream.closed).length;
    while (ends.length < closed) ends.push(performance.now() - began);
  }, 20);

  for (const url of [edge.url, edge.adminUrl]) {
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  }
  const status = await fetch(`${edge.url}/status`);
  expect([status.status, status.headers.get("connection")]).toEqual([200, "close"]);
  const polled = await fetch(`${edge.url}/sdk/latest-all`, { headers: AUTHORIZED });
  expect([polled.status, polled.headers.get("connection")]).toEqual([200, "close"]);
  const posted = await fetch(`${edge.url}/bulk`, { ...POST, body: '[{"kind":"custom"}]' });
  expect([posted.status, posted.headers.get("connection")]).toEqual([202, "close"]);
  streams.push(...(await openStreams(edge, 1)));
  expect(streams.some(({ closed }) => closed)).toBe(false);

  await eventually("the streams to end", () => streams.some(({ closed }) => closed));
  await expect(fetch(`${edge.url}/status`)).rejects.toThrow();
  expect(await edge.exited).toEqual({ code: 0, signal: null });
  clearInterval(watch);
  expect(performance.now() - began).toBeLessThan(10_000);
  await eventually("the clients to know", () => streams.every(({ closed }) => closed));
  expect(streams.map(({ failure }) => failure)).toEqual(streams.map(() => undefined));
  // The first after drainDelay (3 s), and no heap of them: half of drainTime (4 s) later about half are left.
  expect(ends[0]).toBeGreaterThan(2_900);
  const middle = ends.filter((at) => at < 5_000).length;
  expect(middle).toBeGreaterThan(2);
  expect(middle).toBeLessThan(18);
}, 30_000);

it("tells connected SDKs of changes until their streams end", async () => {
  const edge = await start("edge", "drainDelay = 2s", "drainTime = 100ms");
  const [stream] = await openStreams(edge, 1);
  process.kill(edge.pid, "SIGTERM");
  await draining(edge);
  upstream.set(flag("while-draining"));
  await stream?.waitFor("patch");
  expect(await edge.exited).toEqual({ code: 0, signal: null });
});

it("SIGTERM shrinks draining to fit into gracefulShutdownTimeout, whatever clients do", async () => {
  const edge = await start("edge", "gracefulShutdownTimeout = 2s", "drainDelay = 20s", "drainTime = 1h");
  const streams = await openStreams(edge, 50);
  const { port } = new URL(edge.url);
  const silent = connect(Number(port), "127.0.0.1").on("error", () => undefined);
  silent.write("POST /bulk HTTP/1.1\r\nHost: x\r\nAuth");
  const began = performance.now();
  process.kill(edge.pid, "SIGTERM");
  expect(await edge.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - began).toBeLessThan(2_300);
  await eventually("the clients to know", () => streams.every(({ closed }) => closed));
  silent.destroy();
});

it("delivers what an edge takes in while it drains, all roles in one", async () => {
  const relay = await start(undefined, "drainDelay = 1s", "drainTime = 0");
  deployment.ld.events.clear();
  process.kill(relay.pid, "SIGTERM");
  await draining(relay);
  const taken = await fetch(`${relay.url}/bulk`, { ...POST, body: '[{"kind":"custom","key":"drained"}]' });
  expect(taken.status).toBe(202);
  expect(await relay.exited).toEqual({ code: 0, signal: null });
  expect(deployment.ld.events.accepted.map(({ rawBody }) => rawBody.toString())).toContainEqual(
    expect.stringContaining("drained"),
  );
});

it("a second signal ends an edge at once that drains", async () => {
  const edge = await start("edge");
  process.kill(edge.pid, "SIGTERM");
  await draining(edge);
  const began = performance.now();
  process.kill(edge.pid, "SIGINT");
  expect(await edge.exited).toEqual({ code: 130, signal: null });
  expect(performance.now() - began).toBeLessThan(1_000);
});

it("SIGTERM during the start ends it at once", async () => {
  const nowhere = await freePort();
  const edge = await startRelay({
    role: "edge",
    config: (ports) => deployment.config(ports).replace(deployment.redis.url, `redis://127.0.0.1:${nowhere}`),
  });
  await edge.waitForLog(({ message }) => String(message).startsWith("Starting LaunchDarkly relay"));
  await eventually("the admin listener", async () => (await fetch(`${edge.adminUrl}/healthz`)).ok);
  const began = performance.now();
  process.kill(edge.pid, "SIGTERM");
  expect(await edge.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - began).toBeLessThan(2_000);
});

it("ingestor and forwarder have no clients to send elsewhere, and stop at once", async () => {
  for (const role of ["ingestor", "forwarder"] as const) {
    const relay = await start(role);
    const began = performance.now();
    expect(await relay.terminate()).toEqual({ code: 0, signal: null });
    expect(performance.now() - began).toBeLessThan(2_500);
  }
});

it("a second signal ends a process at once that waits for something", async () => {
  const { ld } = deployment;
  const [edge, forwarder] = await Promise.all([start("edge"), start("forwarder")]);
  const unanswered = ld.faults.add({ on: "events", reaction: { kind: "silence" } });
  const accepted = await fetch(`${edge.url}/bulk`, { ...POST, body: '[{"kind":"custom"}]' });
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
