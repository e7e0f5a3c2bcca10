import { describe, expect, it } from "vitest";
import { Health, type Reason } from "../../../shared/lifecycle/health.ts";
import { probeRoutes } from "../../../shared/lifecycle/probe-routes.ts";

const noData: Reason = { code: "flags.missing", reason: "no data yet" };

describe("readiness", () => {
  it("tells what is only degraded apart from what keeps requests away", () => {
    const health = new Health();
    const remove = health.addWarning("flags", () => noData);
    expect(health.readiness()).toMatchObject({
      ready: true,
      status: "degraded",
      reasons: [],
      degraded: [{ name: "flags", code: "flags.missing" }],
    });
    remove();
    expect(health.readiness().status).toBe("ready");
    health.showingOnly().addCheck("forwarder", () => noData);
    expect(health.readiness()).toMatchObject({ ready: true, degraded: [{ name: "forwarder" }] });
  });

  it("needs every part to be ready and says which are not", () => {
    const health = new Health();
    let redis: Reason | undefined = { code: "redis.away", reason: "connecting" };
    health.addCheck("redis", () => redis);
    health.addCheck("environment Spree", () => noData);
    health.addCheck("queue", () => undefined);
    expect(health.readiness()).toMatchObject({
      ready: false,
      status: "unready",
      reasons: [
        { name: "redis", code: "redis.away", reason: "connecting" },
        { name: "environment Spree", ...noData },
      ],
    });
    redis = undefined;
    expect(health.readiness().reasons).toEqual([{ name: "environment Spree", ...noData }]);
  });

  it("forgets a part that was removed, and no other of the same name", () => {
    const health = new Health();
    const remove = health.addCheck("environment", () => ({ code: "none", reason: "a has no data" }));
    health.addCheck("environment", () => ({ code: "none", reason: "b has no data" }));
    remove();
    expect(health.readiness().reasons).toEqual([
      { name: "environment", code: "none", reason: "b has no data" },
    ]);
  });

  it("counts a part that fails to answer as not ready", () => {
    const health = new Health();
    health.addCheck("replica", () => {
      throw new Error("closed");
    });
    expect(health.readiness().reasons).toEqual([{ name: "replica", code: "check.failed", reason: "closed" }]);
  });

  it("shows details that decide nothing, until they are removed", () => {
    const health = new Health();
    const remove = health.addDetail("environments", () => ({ Spree: { streams: 2 } }));
    expect(health.readiness()).toEqual({
      ready: true,
      status: "ready",
      reasons: [],
      degraded: [],
      details: { environments: { Spree: { streams: 2 } } },
    });
    expect(() => health.addDetail("environments", () => 1)).toThrow("environments");
    remove();
    expect(health.readiness().details).toEqual({});
  });

  it("ends for good when the process stops", () => {
    const health = new Health();
    health.stopping();
    health.stopping();
    expect(health.readiness()).toMatchObject({
      ready: false,
      reasons: [{ name: "process", code: "process.stopping" }],
    });
  });
});

describe("probes", () => {
  const health = new Health();
  const [live, ready] = probeRoutes(health);

  it("keep answering alive while nothing else is well", () => {
    const remove = health.addCheck("redis", () => ({ code: "redis.away", reason: "away" }));
    expect([live?.path, ready?.path]).toEqual(["/healthz", "/readyz"]);
    expect(live?.answer()).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    const unready = ready?.answer();
    expect(unready?.status).toBe(503);
    expect(unready?.headers).toEqual({ "Content-Type": "application/json", "Cache-Control": "no-store" });
    expect(JSON.parse(unready?.body ?? "")).toMatchObject({
      ready: false,
      reasons: [{ name: "redis", reason: "away" }],
    });
    remove();
    expect(ready?.answer().status).toBe(200);
  });
});
