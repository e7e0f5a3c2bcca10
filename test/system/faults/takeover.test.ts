import { init } from "@launchdarkly/node-server-sdk";
import { describe, expect, it } from "vitest";
import { flag } from "../../../simulator/content.ts";
import { eventually } from "../../support/eventually.ts";
import { positionIn, untilAllAgree } from "./agreement.ts";
import { type Deployment, deploy, sdkKeyOf, untilLeading } from "./deployment.ts";

/** The lease, a warm ingestor's next attempt, and what a busy machine adds. */
const TAKEOVER_MS = 8_000 + 1_000 + 1_500;
const ANN = { kind: "user", key: "ann" };

const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** One environment, `shop`, with an ingestor that leads, another that is warm, and `edges` edges. */
async function withWarmIngestor(deployment: Deployment, edges: number) {
  const upstream = deployment.upstream("shop");
  upstream.set(flag("checkout", { on: false }));
  const [active, ...serving] = await Promise.all([
    deployment.runLeader(),
    ...Array.from({ length: edges }, () => deployment.runEdge()),
  ]);
  const warm = await deployment.run("ingestor");
  await warm.waitUntilReady();
  const streams = await Promise.all(serving.map((edge) => deployment.connect(edge, "shop")));
  const parties = { upstream, redisUrl: deployment.redis.url, prefix: "shop", streams };
  return { upstream, active, warm, edges: serving, streams, parties };
}

describe.concurrent("a warm ingestor takes over", () => {
  it("from one that was killed, and no SDK misses what changed in between", async () => {
    await using deployment = await deploy("shop");
    const { upstream, active, warm, edges, parties } = await withWarmIngestor(deployment, 2);
    const sdk = init(sdkKeyOf("shop"), {
      streamUri: edges[0]?.url ?? "",
      baseUri: edges[0]?.url ?? "",
      sendEvents: false,
      logger: quiet,
    });
    try {
      await sdk.waitForInitialization({ timeout: 10 });
      expect(await sdk.variation("checkout", ANN, null)).toBe(false);

      const killedAt = Date.now();
      await active.kill();
      upstream.change("flags", "checkout", { on: true });
      await untilLeading(warm);
      await eventually("the change at the official SDK", () => sdk.variation("checkout", ANN, null));
      await untilAllAgree("after the takeover", parties);

      const [first, second, ...more] = upstream.streams.history;
      expect(more).toEqual([]);
      expect(first?.closedAt).toBeLessThanOrEqual(second?.openedAt ?? 0);
      expect((second?.openedAt ?? Number.POSITIVE_INFINITY) - killedAt).toBeLessThan(TAKEOVER_MS);
      expect(upstream.streams.mostAtOnce).toBe(1);
      // They stayed connected, and were told the difference only.
      for (const { events } of parties.streams)
        expect(events.map(({ event }) => event)).toEqual(["put", "patch"]);
    } finally {
      sdk.close();
    }
  });

  it("from one that was stopped, within about a second", async () => {
    await using deployment = await deploy("shop");
    const { upstream, active, warm, parties } = await withWarmIngestor(deployment, 1);
    const stopping = active.stop();
    await eventually("the end of the first stream", () => upstream.streams.count === 0);
    upstream.change("flags", "checkout", { on: true });
    expect(await stopping).toEqual({ code: 0, signal: null });
    await untilLeading(warm);
    await untilAllAgree("after the takeover", parties);

    const [first, second, ...more] = upstream.streams.history;
    expect(more).toEqual([]);
    expect((second?.openedAt ?? 0) - (first?.closedAt ?? 0)).toBeGreaterThanOrEqual(0);
    expect((second?.openedAt ?? 0) - (first?.closedAt ?? 0)).toBeLessThan(2_000);
    expect(upstream.streams.mostAtOnce).toBe(1);
  });

  it("from one that was paused for longer than its lease, which gives up and writes nothing when it goes on", async () => {
    await using deployment = await deploy("shop");
    const { upstream, active, warm, parties } = await withWarmIngestor(deployment, 1);
    active.suspend();
    upstream.change("flags", "checkout", { on: true });
    await untilLeading(warm);
    await untilAllAgree("under the new leader", parties);
    expect(upstream.streams.count).toBe(2);

    upstream.change("flags", "checkout", { on: false });
    await untilAllAgree("before the old leader goes on", parties);
    const position = await positionIn(deployment.redis.url, "shop");
    active.resume();
    await active.waitForLog(({ event }) => event === "lease.lost");
    await eventually("the end of the old leader's stream", () => upstream.streams.count === 1);
    expect(upstream.streams.history.map(({ closedAt }) => closedAt === undefined)).toEqual([false, true]);
    expect(await positionIn(deployment.redis.url, "shop")).toBe(position);

    // The paused one is warm now: it takes over in its turn.
    await warm.kill();
    await untilLeading(active, 2);
    upstream.change("flags", "checkout", { on: true });
    await untilAllAgree("after the second takeover", parties);
  });
});
