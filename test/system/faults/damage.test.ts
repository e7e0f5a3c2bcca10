import type { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { flag, segment } from "../../../simulator/content.ts";
import { eventually } from "../../support/eventually.ts";
import { untilAllAgree } from "./agreement.ts";
import { type Deployment, deploy } from "./deployment.ts";

const FLAGS = Array.from({ length: 22 }, (_, index) => flag(`flag-${index}`, { version: 5 }));

/** Everybody holds the flags, and one SDK stays connected. */
async function settled(deployment: Deployment) {
  const upstream = deployment.upstream("shop");
  upstream.set(...FLAGS, segment("beta", { included: ["ann"] }));
  const [ingestor, edge] = await Promise.all([deployment.runLeader(), deployment.runEdge()]);
  const stream = await deployment.connect(edge, "shop");
  const untilAgreed = (what: string): Promise<void> =>
    untilAllAgree(
      what,
      { upstream, redisUrl: deployment.redis.url, prefix: "shop", streams: [stream] },
      10_000,
    );
  await untilAgreed("at first");
  return { upstream, ingestor, edge, stream, untilAgreed };
}

const fieldsOf = (count: number): string[] => FLAGS.slice(0, count).map(({ key }) => key);

describe.concurrent("what goes from Redis behind the relay's back", () => {
  it.each([
    ["all flags", (client: Redis) => client.del("shop:features")],
    ["ten flags", (client: Redis) => client.hdel("shop:features", ...fieldsOf(10))],
    ["the segments", (client: Redis) => client.del("shop:segments")],
    ["the mark that they are complete", (client: Redis) => client.del("shop:$inited")],
    ["the claim", (client: Redis) => client.hdel("shop:$relay", "claim")],
    ["the sum", (client: Redis) => client.hdel("shop:$relay", "sum")],
    ["position, claim and all", (client: Redis) => client.del("shop:$relay")],
  ])(
    "is there again within seconds, and SDKs notice nothing (%s)",
    async (_, damage) => {
      await using deployment = await deploy("shop");
      const { stream, untilAgreed, ingestor } = await settled(deployment);
      const complete = (client: Redis) =>
        Promise.all([
          client.exists("shop:$inited"),
          client.hexists("shop:$relay", "claim"),
          client.hexists("shop:$relay", "sum"),
        ]);
      await deployment.redis.client(damage);
      await eventually("mending", () =>
        deployment.redis.client(async (client) => (await complete(client)).every((there) => there === 1)),
      );
      await untilAgreed("after the damage");
      const newcomer = await deployment.runEdge();
      expect((await deployment.connect(newcomer, "shop")).events).toHaveLength(1);
      expect(stream.events.map(({ event }) => event)).toEqual(["put"]);
      expect(ingestor.running).toBe(true);
    },
    90_000,
  );

  it("is compared with LaunchDarkly's next put: an old version that somebody set does not survive it", async () => {
    await using deployment = await deploy("shop");
    const { ingestor, stream, untilAgreed } = await settled(deployment);
    const old = JSON.stringify({ key: "flag-0", version: 2, on: false });
    await deployment.redis.client((client) => client.hset("shop:features", "flag-0", old));
    deployment.ld.cut();
    await untilAgreed("after the reconnect");
    await ingestor.waitForLog(({ event }) => event === "content.repaired");
    expect(stream.events.map(({ event }) => event)).toEqual(["put"]);
    const metrics = await (await fetch(`${ingestor.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/content_repairs_total\{environment="shop"\} 1/);
  }, 90_000);
});
