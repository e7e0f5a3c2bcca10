import { describe, expect, it } from "vitest";
import { freshnessOf } from "../../../../services/edge/goals/freshness.ts";
import { Goals } from "../../../../services/edge/goals/goals.ts";
import type { GoalsHeaders, UpstreamAnswer } from "../../../../services/edge/goals/upstream-goals.ts";
import { silentLogger } from "../../../support/silent-logger.ts";

describe("what Cache-Control allows", () => {
  it.each([
    [undefined, true, 0],
    ["", true, 0],
    ["max-age=60", true, 60_000],
    ['Public, Max-Age="60"', true, 60_000],
    ["max-age=60, s-maxage=5", true, 5_000],
    ["max-age=60, no-cache", true, 0],
    ["no-store, max-age=60", false, 0],
    ["private", false, 0],
    ["max-age=-1", true, 0],
    ["max-age=soon", true, 0],
  ])("%j: to keep it %j, for %i ms", (header, mayKeep, maxAgeMs) => {
    expect(freshnessOf(header)).toEqual({ mayKeep, maxAgeMs });
  });
});

/** An upstream that answers what the test says, when it says so. */
class ToldUpstream {
  readonly asked: (string | undefined)[] = [];
  #answer: UpstreamAnswer = { kind: "away", reason: "told nothing" };
  #gate: Promise<void> = Promise.resolve();

  says(body: string, headers: GoalsHeaders = {}, status = 200): void {
    this.#answer = { kind: "answered", status, headers, body: Buffer.from(body) };
  }

  is(answer: UpstreamAnswer): void {
    this.#answer = answer;
  }

  /** Lets nobody have an answer until the result is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return resolve;
  }

  async ask(_envId: string, etag: string | undefined): Promise<UpstreamAnswer> {
    this.asked.push(etag);
    await this.#gate;
    return this.#answer;
  }
}

describe("goals", () => {
  const AWAY = { kind: "away", reason: "no network" } as const;
  const world = () => {
    const upstream = new ToldUpstream();
    const time = { ms: 0 };
    const clock = {
      now: () => time.ms,
      monotonic: () => time.ms,
      sleep: () => Promise.reject(new Error("nobody sleeps here")),
    };
    const goals = new Goals(upstream, clock, silentLogger);
    const text = async (envId = "e") => {
      const { status, body } = await goals.of(envId);
      return `${status} ${body.toString()}`;
    };
    return { upstream, time, goals, text };
  };

  it("are kept for as long as LaunchDarkly allows, and their age is told", async () => {
    const { upstream, time, goals, text } = world();
    upstream.says("[1]", { "cache-control": "max-age=60", etag: '"1"' });
    expect(await text()).toBe("200 [1]");
    upstream.says("[2]");
    time.ms = 59_000;
    expect(await text()).toBe("200 [1]");
    expect((await goals.of("e")).ageMs).toBe(59_000);
    time.ms = 60_000;
    expect(await text()).toBe("200 [2]");
    expect(upstream.asked).toEqual([undefined, '"1"']);
  });

  it("are asked for by their tag, and stay if they are still so", async () => {
    const { upstream, time, goals, text } = world();
    upstream.says("[1]", { etag: '"1"', "content-type": "application/json" });
    await text();
    upstream.is({ kind: "unchanged", headers: { "cache-control": "max-age=5" } });
    time.ms = 1000;
    expect(await goals.of("e")).toEqual({
      status: 200,
      headers: { etag: '"1"', "content-type": "application/json", "cache-control": "max-age=5" },
      body: Buffer.from("[1]"),
      ageMs: 0,
    });
    time.ms = 5000;
    await text();
    expect(upstream.asked).toEqual([undefined, '"1"']);
  });

  it("are asked for once for all who ask at the same time, each environment for itself", async () => {
    const { upstream, text } = world();
    upstream.says("[1]");
    const go = upstream.hold();
    const answers = [text(), text(), text("other"), text()];
    go();
    expect(await Promise.all(answers)).toEqual(Array(4).fill("200 [1]"));
    expect(upstream.asked).toHaveLength(2);
  });

  it("are none while LaunchDarkly is away, and it is left alone for a while", async () => {
    const { upstream, time, text } = world();
    upstream.is(AWAY);
    expect([await text(), await text("other")]).toEqual(["200 []", "200 []"]);
    expect(upstream.asked).toHaveLength(1);
    upstream.says("[1]");
    time.ms = 9_999;
    expect(await text()).toBe("200 []");
    time.ms = 10_000;
    expect(await text()).toBe("200 [1]");
  });

  it("stay what they were while LaunchDarkly is away", async () => {
    const { upstream, time, text } = world();
    upstream.says("[1]", { "cache-control": "max-age=1" });
    await text();
    upstream.is(AWAY);
    time.ms = 100_000;
    expect([await text(), await text()]).toEqual(["200 [1]", "200 [1]"]);
  });

  it("that may not be kept are not", async () => {
    const { upstream, text } = world();
    upstream.says("[1]", { "cache-control": "no-store", etag: '"1"' });
    await text();
    await text();
    expect(upstream.asked).toEqual([undefined, undefined]);
    upstream.is(AWAY);
    expect(await text()).toBe("200 []");
  });

  it("of an environment that LaunchDarkly does not know are its answer", async () => {
    const { upstream, text } = world();
    upstream.says("no such environment", { "cache-control": "max-age=60" }, 404);
    expect(await text()).toBe("404 no such environment");
    expect(await text()).toBe("404 no such environment");
    expect(upstream.asked).toHaveLength(2);
  });
});
