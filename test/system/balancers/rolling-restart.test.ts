import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { flag } from "../../../simulator/content.ts";
import { Deployment } from "../../support/deployment.ts";
import { eventually } from "../../support/eventually.ts";
import { freeRelayPorts, type RelayProcess, startRelay, stopAll } from "../../support/relay-process.ts";
import { BALANCERS, isInstalled, startBalancer } from "./balancers.ts";
import { RollingLoad } from "./rolling-load.ts";

const SDK_KEY = "sdk-rolling-0123456789";

/**
 * Streams and requests of all clients, and how edges drain. `ROLLING_RESTART=full` takes the figures that operators are
 * promised and the default settings, and needs a machine for itself; otherwise the draining is as short as haproxy's
 * checks, once a second, allow.
 */
const { streams, requestsPerSecond, main, endStreamsMs } =
  process.env.ROLLING_RESTART === "full"
    ? { streams: 2_000, requestsPerSecond: 500, main: {}, endStreamsMs: 4_000 }
    : {
        streams: 300,
        requestsPerSecond: 100,
        main: { drainDelay: "2s", drainTime: "1600ms" },
        endStreamsMs: 1_600,
      };
/** The default of `[Main] gracefulShutdownTimeout`. */
const STOP_MS = 10_000;
/** More than haproxy's check interval (1 s) and nginx's fail_timeout (2 s): both send requests to an edge again that is back. */
const NOTICED_MS = 2_500;
/** Ends of streams are counted in this many parts of the time over which an edge ends them. */
const WINDOWS = 4;

const missing = BALANCERS.filter((name) => !isInstalled(name));

it.skipIf(missing.length > 0)(
  "no request fails, no event is lost and reconnects are spread while edges are restarted behind haproxy and nginx",
  async () => {
    await using deployment = await Deployment.open(
      `[Environment "Production"]\nsdkKey = ${SDK_KEY}\nlogLevel = info`,
      main,
    );
    deployment.ld.environment(SDK_KEY).set(flag("checkout"));
    await deployment.start("ingestor", "forwarder");
    const ports = await Promise.all([freeRelayPorts(), freeRelayPorts(), freeRelayPorts()]);
    const startEdge = async (own: (typeof ports)[number]): Promise<RelayProcess> => {
      const edge = await startRelay({ role: "edge", ports: own, config: (all) => deployment.config(all) });
      await edge.waitUntilReady();
      return edge;
    };
    const edges = await Promise.all(ports.map(startEdge));
    const edgePorts = ports.map(({ port }) => port);
    await using haproxy = await startBalancer("haproxy", edgePorts);
    await using nginx = await startBalancer("nginx", edgePorts);
    const balancers = [haproxy, nginx];
    // Both stand before the same edges, each with half of the clients.
    const loads = balancers.map(({ name, port }) => new RollingLoad(name, port, SDK_KEY));
    for (const load of loads) load.startStreams(streams / 2);
    const openStreams = () => loads.reduce((sum, load) => sum + load.openStreams, 0);
    await eventually("all streams", () => openStreams() === streams);
    for (const load of loads) load.startRequests(requestsPerSecond / 2);

    for (const [index, own] of ports.entries()) {
      const endedBefore = loads.map(({ endsAtMs }) => endsAtMs.length);
      const startedAtMs = performance.now();
      expect(await edges[index]?.terminate()).toEqual({ code: 0, signal: null });
      expect(performance.now() - startedAtMs).toBeLessThan(STOP_MS);
      const endsAtMs = loads.flatMap((load, which) => load.endsAtMs.slice(endedBefore[which]));
      expect(endsAtMs.length).toBeGreaterThan(streams / 6);
      expect(mostInOneWindow(endsAtMs)).toBeLessThan(endsAtMs.length / 2);
      edges[index] = await startEdge(own);
      await sleep(NOTICED_MS);
    }
    await eventually("all streams", () => openStreams() === streams);
    await Promise.all(loads.map((load) => load.stop()));

    expect(loads.flatMap(({ failures }) => failures)).toEqual([]);
    // nginx would have tried such a request again on another edge.
    expect(nginx.log.filter((line) => line.includes("prematurely closed"))).toEqual([]);
    for (const { answered } of loads) expect(answered).toBeGreaterThan(requestsPerSecond * 5);
    const accepted = loads.flatMap((load) => [...load.accepted]);
    const lost = () => {
      const arrived = new Set(deployment.ld.events.ofKind("custom").map(({ key }) => key));
      return accepted.filter((key) => !arrived.has(key));
    };
    await eventually("the last event", () => lost().length === 0, { everyMs: 500 });
    await Promise.all(edges.map((edge) => edge.stop()));
    await deployment[Symbol.asyncDispose]();
    await stopAll();
  },
  150_000,
);

function mostInOneWindow(momentsMs: readonly number[]): number {
  const windows = Map.groupBy(momentsMs, (at) => Math.floor(at / (endStreamsMs / WINDOWS)));
  return Math.max(...[...windows.values()].map(({ length }) => length));
}
