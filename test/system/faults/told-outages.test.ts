import { afterAll, describe, expect, it } from "vitest";
import { flag } from "../../../simulator/content.ts";
import { type LaunchDarklySimulator, startLaunchDarkly } from "../../../simulator/simulator.ts";
import { eventually, eventuallyPasses } from "../../support/eventually.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";
import { type LogLine, type RelayProcess, startRelay } from "../../support/relay-process.ts";
import { relayConfig, sdkKeyOf, untilLeading } from "./deployment.ts";
import { changesOf, readinessOf } from "./edge-reports.ts";

const NAMES = Array.from({ length: 12 }, (_, i) => `env-${String(i).padStart(2, "0")}`);
const LEVEL = "logLevel = debug\n";
const PATIENCE = { timeoutMs: 60_000 };

const stops: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

interface World {
  readonly ingestor: RelayProcess;
  readonly edge: RelayProcess;
  readonly forwarder: RelayProcess;
  /** Changes a flag of each environment. */
  change(): void;
}

async function start(
  redis: TestRedis,
  ld: LaunchDarklySimulator,
  role: "ingestor" | "edge" | "forwarder",
  more = "",
): Promise<RelayProcess> {
  const relay = await startRelay({
    role,
    config: (ports) =>
      `${relayConfig(ld.url, NAMES, ports, `[Redis]\nurl = ${redis.url}\n[Events]\nsendEvents = true\n${more}`)}[Main]\n${LEVEL}`,
  });
  stops.push(() => relay.kill());
  return relay;
}

/** Three roles that serve a dozen environments, all well. */
async function world(redis: TestRedis, more = ""): Promise<World> {
  const ld = await startLaunchDarkly();
  stops.push(() => ld.stop());
  const upstreams = NAMES.map((name) => ld.environment(sdkKeyOf(name)));
  for (const upstream of upstreams) upstream.set(flag("checkout"));
  const [ingestor, edge, forwarder] = await Promise.all(
    (["ingestor", "edge", "forwarder"] as const).map((role) => start(redis, ld, role, more)),
  );
  if (!ingestor || !edge || !forwarder) throw new Error("unreachable");
  for (const relay of [ingestor, edge, forwarder]) await relay.waitUntilReady(PATIENCE);
  await eventuallyPasses(
    "changes to arrive everywhere",
    async () => expect((await changesOf(edge)).status).toBe("healthy"),
    PATIENCE,
  );
  // On a busy machine the start itself may have been an outage.
  await eventually(
    "no outage that goes on",
    () => eventsOf(ingestor, "redis.away").length === eventsOf(ingestor, "redis.back").length,
    PATIENCE,
  );
  const change = () => {
    for (const upstream of upstreams) upstream.change("flags", "checkout", { on: false });
  };
  return { ingestor, edge, forwarder, change };
}

async function newRedis(settings: Readonly<Record<string, string>> = {}): Promise<TestRedis> {
  const redis = await startRedis({ settings });
  stops.push(() => redis[Symbol.asyncDispose]());
  return redis;
}

const eventsOf = (relay: RelayProcess, ...events: string[]): LogLine[] =>
  relay.logs.filter(({ event }) => events.includes(String(event)));
const loud = (relay: RelayProcess): LogLine[] =>
  relay.logs.filter(({ level }) => ["info", "warn", "error"].includes(String(level)));

/** Breaks Redis, waits until the ingestor and the edge say so, mends it, and waits until both say that it is over. */
async function outage(
  { ingestor, edge }: World,
  { cause, breaks, mends }: { cause: string; breaks: () => Promise<unknown>; mends: () => Promise<unknown> },
): Promise<void> {
  const before = loud(ingestor).length;
  const mark = ingestor.logs.length;
  const since = (...events: string[]) =>
    eventsOf(ingestor, ...events).filter((line) => ingestor.logs.indexOf(line) >= mark);
  await breaks();
  await eventuallyPasses(
    `the ingestor to name ${cause}`,
    async () => {
      const { status, reasons } = await readinessOf(ingestor);
      expect({ status, reasons }).toMatchObject({ status: 503, reasons: [{ code: "redis.away", cause }] });
      expect(since("redis.away", "redis.cause").map((line) => line.cause)).toContain(cause);
    },
    PATIENCE,
  );
  await eventuallyPasses(
    "the edge to say that no changes arrive",
    async () => {
      const { status, environments } = await changesOf(edge);
      expect(status).toBe("degraded");
      for (const name of NAMES)
        expect(environments[name]).toMatchObject({ state: "INTERRUPTED", stateSince: expect.any(Number) });
    },
    PATIENCE,
  );
  const { status, degraded } = await readinessOf(edge);
  expect({ status, degraded }).toMatchObject({ status: 200, degraded: [{ code: "changes.interrupted" }] });
  await mends();
  await eventually(
    "the ingestor to say that Redis is back",
    () => since("redis.back").length === 1,
    PATIENCE,
  );
  await eventuallyPasses(
    "changes to arrive again",
    async () => expect((await changesOf(edge)).status).toBe("healthy"),
    PATIENCE,
  );
  const [began] = since("redis.away");
  expect(began).toMatchObject({ environmentCount: NAMES.length, redis: expect.stringContaining("redis://") });
  expect(began?.environments).toEqual([...NAMES.slice(0, 10), "and 2 more"]);
  expect(since("redis.away")).toHaveLength(1);
  expect(since("redis.back")[0]?.lastedMs).toBeGreaterThan(1000);
  // One line for the outage, few for its causes and its end, and none for each environment.
  expect(loud(ingestor).length - before).toBeLessThanOrEqual(8);
  for (const relay of [ingestor, edge])
    expect(
      relay.logs.filter((line) => "text" in line),
      relay.name,
    ).toEqual([]);
}

const config =
  (redis: TestRedis, ...args: string[]) =>
  () =>
    redis.client((client) => client.call("CONFIG", "SET", ...args));

describe.concurrent("an outage of Redis is told once, with its cause, and seen at the edge", () => {
  it("when it is a read-only replica", async () => {
    const redis = await newRedis();
    const other = await newRedis();
    await outage(await world(redis), {
      cause: "READONLY",
      breaks: async () => {
        await redis.client((client) => client.config("SET", "replica-serve-stale-data", "yes"));
        await redis.client((client) => client.call("REPLICAOF", "127.0.0.1", String(other.port + 1)));
      },
      mends: () => redis.client((client) => client.call("REPLICAOF", "NO", "ONE")),
    });
  });

  it("when it is full", async () => {
    const redis = await newRedis({ "maxmemory-policy": "noeviction" });
    const all = await world(redis);
    await outage(all, {
      cause: "OOM",
      breaks: async () => {
        await config(redis, "maxmemory", "1")();
        all.change();
      },
      mends: config(redis, "maxmemory", "0"),
    });
  });

  it("when its password was changed and its clients were cut off", async () => {
    const redis = await newRedis();
    await redis.client((client) =>
      client.call("ACL", "SETUSER", "relay", "on", ">first", "~*", "&*", "+@all"),
    );
    const acl = (...rules: string[]) =>
      redis.client((client) => client.call("ACL", "SETUSER", "relay", ...rules));
    const login = "[Redis]\nusername = relay\npassword = first\n";
    await outage(await world(redis, login), {
      cause: "WRONGPASS",
      breaks: async () => {
        await acl("<first", ">second");
        await redis.client((client) => client.call("CLIENT", "KILL", "USER", "relay"));
      },
      mends: () => acl(">first"),
    });
  });

  it("when it is killed", async () => {
    const redis = await newRedis();
    await outage(await world(redis), {
      cause: "ECONNREFUSED",
      breaks: () => redis.kill(),
      mends: () => redis.start(),
    });
  });
});

/** What a process said above debug of a service since it had logged `mark` lines. */
const saidOf = (service: "redis" | "launchdarkly", relay: RelayProcess, mark: number): LogLine[] =>
  loud(relay).filter(
    (line) => String(line.event).startsWith(`${service}.`) && relay.logs.indexOf(line) >= mark,
  );

describe("an outage of the events' Redis", () => {
  it("is told once by the edge and by the forwarder, and by no ingestor", async () => {
    const [flags, events] = await Promise.all([newRedis(), newRedis()]);
    const { ingestor, edge, forwarder } = await world(flags, `redisUrl = ${events.url}\n`);
    const mark = { ingestor: ingestor.logs.length, edge: edge.logs.length, forwarder: forwarder.logs.length };
    const saidByEdge = () => saidOf("redis", edge, mark.edge);
    const saidByForwarder = () => saidOf("redis", forwarder, mark.forwarder);
    await events.kill();
    await eventuallyPasses(
      "the forwarder to name the events' Redis",
      async () => {
        const { status, reasons } = await readinessOf(forwarder);
        expect({ status, reasons }).toMatchObject({
          status: 503,
          reasons: [
            { code: "redis.away", cause: "ECONNREFUSED", reason: expect.stringContaining(events.url) },
          ],
        });
      },
      PATIENCE,
    );
    await eventually(
      "edge and forwarder to say that it is away",
      () => saidByEdge().length > 0 && saidByForwarder().length > 0,
      PATIENCE,
    );
    expect((await readinessOf(edge)).status).toBe(200);
    expect((await changesOf(edge)).status).toBe("healthy");
    await events.start();
    await eventuallyPasses(
      "edge and forwarder to say once that it was away, and that it is back",
      () => {
        for (const said of [saidByEdge(), saidByForwarder()])
          expect(said).toMatchObject([
            { event: "redis.away", redis: events.url, cause: "ECONNREFUSED" },
            { event: "redis.back", redis: events.url },
          ]);
      },
      PATIENCE,
    );
    await forwarder.waitUntilReady(PATIENCE);
    expect(saidOf("redis", ingestor, mark.ingestor)).toEqual([]);
  });
});

describe("an outage of LaunchDarkly", () => {
  it("is told once by the ingestor, however many environments it hits, and its end once", async () => {
    const [ld, redis] = await Promise.all([startLaunchDarkly(), newRedis()]);
    stops.push(() => ld.stop());
    for (const name of NAMES) ld.environment(sdkKeyOf(name)).set(flag("checkout"));
    const ingestor = await start(redis, ld, "ingestor");
    await untilLeading(ingestor, NAMES.length);
    await eventually(
      "data of all environments",
      () => eventsOf(ingestor, "launchdarkly.receiving").length === NAMES.length,
      PATIENCE,
    );
    const mark = ingestor.logs.length;
    const said = () => saidOf("launchdarkly", ingestor, mark);
    await ld.pause();
    await eventually("the ingestor to say so", () => said().length > 0, PATIENCE);
    await ld.resume();
    await eventually("the ingestor to say that it is over", () => said().length > 1, PATIENCE);
    expect(said()).toMatchObject([
      {
        event: "launchdarkly.away",
        level: "warn",
        streamUri: ld.url,
        environmentCount: NAMES.length,
        environments: [...NAMES.slice(0, 10), "and 2 more"],
      },
      { event: "launchdarkly.back", level: "info", lastedMs: expect.any(Number) },
    ]);
  });
});
