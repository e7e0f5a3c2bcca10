import { describe, expect, it } from "vitest";
import { flag, segment } from "../../../simulator/content.ts";
import { eventually, eventuallyPasses } from "../../support/eventually.ts";
import type { RelayProcess } from "../../support/relay-process.ts";
import { untilAllAgree } from "./agreement.ts";
import { countLeases, type Deployment, deploy } from "./deployment.ts";
import { isHealthy, readinessOf, statusOf } from "./edge-reports.ts";
import { heldBy, versionsHeld } from "./held-items.ts";

/** `busy` changes while Redis is away, `quiet` never changes. Each has one SDK that stays connected throughout. */
async function withTwoEnvironments(deployment: Deployment) {
  const upstreams = { busy: deployment.upstream("busy"), quiet: deployment.upstream("quiet") };
  for (const upstream of Object.values(upstreams))
    upstream.set(flag("checkout", { version: 1, on: false }), segment("beta", { included: ["ann"] }));
  const [ingestor, edge] = await Promise.all([deployment.runLeader(), deployment.runEdge()]);
  const streams = {
    busy: await deployment.connect(edge, "busy"),
    quiet: await deployment.connect(edge, "quiet"),
  };
  const untilBothAgree = (what: string) =>
    Promise.all(
      (["busy", "quiet"] as const).map((name) =>
        untilAllAgree(`of ${name} ${what}`, {
          upstream: upstreams[name],
          redisUrl: deployment.redis.url,
          prefix: name,
          streams: [streams[name]],
        }),
      ),
    );
  await untilBothAgree("at first");
  return { upstreams, ingestor, edge, streams, untilBothAgree };
}

/** An edge that has lost its Redis serves on from memory, and says what is wrong. */
async function expectServingFromMemory(deployment: Deployment, edge: RelayProcess): Promise<void> {
  await eventuallyPasses("the edge to report that Redis is away", async () => {
    expect(await statusOf(edge, "quiet")).toMatchObject({ redis: "INTERRUPTED" });
  });
  const { status, details } = await readinessOf(edge);
  expect(status).toBe(200);
  expect(details.environments).toMatchObject({ quiet: { hasData: true, redis: "INTERRUPTED" } });
  expect(await isHealthy(edge)).toBe(true);
  const newcomer = await deployment.connect(edge, "quiet");
  expect(heldBy(newcomer.events).flags).toMatchObject({ checkout: { version: 1, on: false } });
}

async function expectReportOf(ingestor: RelayProcess): Promise<void> {
  await eventuallyPasses("the ingestor to report that Redis is away", async () => {
    const { status, reasons } = await readinessOf(ingestor);
    expect({ status, reasons }).toMatchObject({
      status: 503,
      reasons: [{ name: "ingestor", code: "redis.away" }],
    });
  });
  expect(await isHealthy(ingestor)).toBe(true);
}

describe.concurrent("while and after Redis", () => {
  it("is stopped for longer than a lease, and later comes back empty, SDKs stay and everybody agrees again", async () => {
    await using deployment = await deploy("busy", "quiet");
    const { redis } = deployment;
    const { upstreams, ingestor, edge, streams, untilBothAgree } = await withTwoEnvironments(deployment);

    await redis.stop();
    upstreams.busy.change("flags", "checkout", { on: true });
    await Promise.all([
      expectServingFromMemory(deployment, edge),
      expectReportOf(ingestor),
      eventually("the end of both leases", () => countLeases(ingestor, "lease.lost") === 2, {
        timeoutMs: 15_000,
      }),
    ]);
    upstreams.busy.change("segments", "beta", { included: [] });
    await redis.start();
    await untilBothAgree("after the outage");
    await ingestor.waitUntilReady();
    expect(await statusOf(edge, "busy")).toMatchObject({ status: "connected", redis: "VALID" });

    await redis.empty();
    await untilBothAgree("after Redis came back empty");
    upstreams.busy.change("flags", "checkout", { on: false });
    await untilBothAgree("after a further change");

    expect(streams.quiet.events.map(({ event }) => event)).toEqual(["put"]);
    expect(versionsHeld(streams.busy.events, "checkout")).toEqual([1, 2, 2, 3]);
    expect([ingestor.running, edge.running]).toEqual([true, true]);
  });

  it("is restored from an older backup, no SDK goes back and everybody agrees again", async () => {
    await using deployment = await deploy("busy", "quiet");
    const { redis } = deployment;
    const { upstreams, edge, streams, untilBothAgree } = await withTwoEnvironments(deployment);
    const backup = redis.backup();
    for (const on of [true, false, true]) upstreams.busy.change("flags", "checkout", { on });
    await untilBothAgree("before the restoration");

    await redis.restore(backup);
    await untilBothAgree("after the restoration");
    upstreams.busy.change("flags", "checkout", { on: false });
    await untilBothAgree("after a further change");
    // Two changes in quick succession may be told as one; none is told twice, or later than a newer one.
    const versions = versionsHeld(streams.busy.events, "checkout");
    expect(versions).toEqual([...new Set(versions)].sort());
    expect(versions.at(-1)).toBe(5);
    expect(streams.quiet.events.map(({ event }) => event)).toEqual(["put"]);
    expect(await statusOf(edge, "busy")).toMatchObject({ status: "connected", redis: "VALID" });
  });

  it("freezes, SDKs stay and everybody agrees again", async () => {
    await using deployment = await deploy("busy", "quiet");
    const { redis } = deployment;
    const { upstreams, ingestor, edge, streams, untilBothAgree } = await withTwoEnvironments(deployment);

    redis.suspend();
    const frozenAt = performance.now();
    upstreams.busy.change("flags", "checkout", { on: true });
    await Promise.all([expectServingFromMemory(deployment, edge), expectReportOf(ingestor)]);
    await eventually("5 s without Redis", () => performance.now() - frozenAt >= 5_000);
    redis.resume();
    await untilBothAgree("after the freeze");
    expect(streams.busy.events.map(({ event }) => event)).toEqual(["put", "patch"]);
    expect(streams.quiet.events.map(({ event }) => event)).toEqual(["put"]);
    await ingestor.waitUntilReady();
  });
});
