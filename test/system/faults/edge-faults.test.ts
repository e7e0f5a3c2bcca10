import { describe, expect, it } from "vitest";
import { flag } from "../../../simulator/content.ts";
import { eventually, eventuallyPasses } from "../../support/eventually.ts";
import { ask, untilAllAgree } from "./agreement.ts";
import { deploy, openStream } from "./deployment.ts";
import { statusOf } from "./edge-reports.ts";

describe.concurrent("an edge", () => {
  it("that starts while Redis is away refuses politely until Redis is there, then streams", async () => {
    await using deployment = await deploy("shop");
    const upstream = deployment.upstream("shop");
    upstream.set(flag("checkout"));
    const ingestor = await deployment.runLeader();
    await untilAllAgree("before the outage", parties([]));
    await ingestor.kill();
    await deployment.redis.stop();

    const edge = await deployment.run("edge");
    await eventuallyPasses("the edge to answer", async () => {
      expect(await statusOf(edge, "shop")).toMatchObject({ status: "disconnected", redis: "INTERRUPTED" });
    });
    const refused = await openStream(edge, "shop");
    expect(refused.status).toBe(503);
    refused.close();

    await deployment.redis.start();
    await edge.waitUntilReady();
    const stream = await deployment.connect(edge, "shop");
    await untilAllAgree("after the outage", parties([stream]));
    expect(stream.headers["x-ld-envid"]).toBe("id-of-shop");

    function parties(streams: readonly (typeof stream)[]) {
      return { upstream, redisUrl: deployment.redis.url, prefix: "shop", streams };
    }
  });

  it("whose subscription alone is killed hears of everything that changed meanwhile", async () => {
    await using deployment = await deploy("shop");
    const upstream = deployment.upstream("shop");
    upstream.set(flag("checkout", { version: 1, on: false }));
    const [, edge] = await Promise.all([deployment.runLeader(), deployment.runEdge()]);
    const stream = await deployment.connect(edge, "shop");
    const parties = { upstream, redisUrl: deployment.redis.url, prefix: "shop", streams: [stream] };

    for (const on of [true, false, true, false]) {
      const killed = await ask(deployment.redis.url, (redis) =>
        redis.call("CLIENT", "KILL", "TYPE", "pubsub"),
      );
      expect(killed).toBe(1);
      upstream.change("flags", "checkout", { on });
      await untilAllAgree("after the subscription was killed", parties);
    }
    expect(stream.events.map(({ event }) => event)).toEqual(["put", "patch", "patch", "patch", "patch"]);
    await eventually("no complaint any more", async () => (await statusOf(edge, "shop")).redis === "VALID");
  });

  it("refuses a known environment with 503 until data arrive, and an unknown one with 401", async () => {
    await using deployment = await deploy("locked", "shop");
    const shop = deployment.upstream("shop");
    shop.set(flag("checkout"));
    const [ingestor, edge] = await Promise.all([deployment.run("ingestor"), deployment.run("edge")]);
    const serving = await eventually("a stream of the environment whose key is valid", async () => {
      const stream = await openStream(edge, "shop");
      if (stream.status === 200) return stream;
      stream.close();
      return undefined;
    });
    await serving.waitFor("put");

    await eventuallyPasses("the report of the refused key", async () => {
      expect(await statusOf(edge, "locked")).toEqual({
        status: "disconnected",
        upstream: "OFF",
        lastError: "ERROR_RESPONSE",
        redis: "VALID",
      });
    });
    expect(await statusOf(edge, "shop")).toMatchObject({ status: "connected", upstream: "VALID" });
    const headers = { Authorization: "sdk-key-of-locked" };
    for (const path of ["/all", "/flags", "/sdk/latest-all", "/sdk/flags", "/sdk/flags/checkout"]) {
      const response = await fetch(`${edge.url}${path}`, { headers });
      expect([path, response.status, await response.text()]).toEqual([
        path,
        503,
        "client was not initialized",
      ]);
    }
    const stranger = await openStream(edge, "stranger");
    expect(stranger.status).toBe(401);

    // Data arrive from an ingestor whose key is taken: the edge needs no restart.
    await ingestor.kill();
    deployment.upstream("locked").set(flag("checkout"));
    await deployment.run("ingestor");
    const late = await eventually(
      "a stream of the environment that had no data",
      async () => {
        const stream = await openStream(edge, "locked");
        if (stream.status === 200) return stream;
        stream.close();
        return undefined;
      },
      { timeoutMs: 15_000, everyMs: 200 },
    );
    expect(JSON.parse((await late.waitFor("put")).data).data.flags).toHaveProperty("checkout");
    for (const stream of [serving, stranger, late]) stream.close();
  });
});
