import { beforeEach, describe, expect, it } from "vitest";
import { BusWatch } from "../../../../services/edge/environments/bus-watch.ts";
import type { RelayStatus } from "../../../../shared/bus/environment-store.ts";
import { RedisState } from "../../../../shared/redis/redis-state.ts";
import { MovedClock } from "../../../support/moved-clock.ts";
import { silentLogger } from "../../../support/silent-logger.ts";

const status = (seenAt: number, aliveAt: number): RelayStatus => ({
  position: { offset: 1, stamp: "a" },
  seenAt,
  upstream: { state: "VALID", since: 1, aliveAt },
  claim: undefined,
});

let clock: MovedClock;
let bus: BusWatch;

beforeEach(() => {
  clock = new MovedClock();
  const redis = new RedisState({ kind: "unix", path: "/redis", db: 0 }, silentLogger, clock);
  bus = new BusWatch(redis, "production", clock);
});

/** Looks every 2 s, as a follower does; `grow` says what its numbers do in between. */
async function lookFor(ms: number, from: number, grow: { word: boolean; holder: boolean }): Promise<void> {
  for (let passed = 0; passed < ms; passed += 2000) {
    await clock.pass(2000);
    const at = from + passed + 2000;
    bus.answered();
    bus.statusRead(status(grow.word ? at : from, grow.holder ? at : from));
  }
}

describe("whether changes arrive at an edge", () => {
  it("is unknown at first, and certain once the holder's word grows", async () => {
    expect(bus.changes).toEqual({ state: "INITIALIZING", since: 0 });
    bus.answered();
    bus.statusRead(status(500, 500));
    expect(bus.changes.state).toBe("INITIALIZING");
    await lookFor(2000, 500, { word: true, holder: true });
    expect(bus.changes).toEqual({ state: "VALID", since: 2000 });
    await lookFor(60_000, 3000, { word: true, holder: true });
    expect(bus.changes).toEqual({ state: "VALID", since: 2000 });
  });

  it("ends when nobody writes any more, since the word last grew, though Redis answers", async () => {
    bus.statusRead(status(1, 1));
    await lookFor(10_000, 1000, { word: true, holder: true });
    await lookFor(6000, 20_000, { word: false, holder: false });
    expect(bus.changes.state).toBe("VALID");
    await lookFor(6000, 20_000, { word: false, holder: false });
    expect(bus.changes).toMatchObject({
      state: "INTERRUPTED",
      since: 12_000,
      reason: { code: "holder.silent" },
    });
    expect(bus.store.state).toBe("VALID");
    await lookFor(2000, 50_000, { word: true, holder: true });
    expect(bus.changes).toEqual({ state: "VALID", since: 24_000 });
  });

  it("is the ingestor's matter where that renews its lease, but gives no word", async () => {
    bus.statusRead(status(1, 1));
    await lookFor(12_000, 1, { word: false, holder: true });
    expect(bus.changes).toMatchObject({ state: "INTERRUPTED", since: 0, reason: { code: "holder.waiting" } });
  });

  it("ends at once when Redis does not answer, for the reason that is known", () => {
    bus.answered();
    bus.statusRead(status(1, 1));
    bus.failed(new Error("WRONGPASS invalid username-password pair"));
    expect(bus.store).toEqual({ state: "INTERRUPTED", since: 0 });
    expect(bus.changes).toMatchObject({ state: "INTERRUPTED", reason: { code: "redis.away" } });
    expect(bus.changes.reason?.message).toContain("WRONGPASS");
  });

  it.each(["foreign", "unclaimed", "damaged"] as const)("ends when what Redis holds is %s", async (kind) => {
    bus.statusRead(status(1, 1));
    await lookFor(4000, 10, { word: true, holder: true });
    bus.usabilityChanged(kind === "foreign" ? { kind, claim: "other" } : { kind });
    expect(bus.changes).toMatchObject({ state: "INTERRUPTED", since: 4000 });
    bus.usabilityChanged({ kind: "usable" });
    expect(bus.changes.state).toBe("VALID");
  });

  it("is not doubted because this process itself stood still", async () => {
    bus.statusRead(status(1, 1));
    await lookFor(4000, 10, { word: true, holder: true });
    await clock.pass(60_000);
    expect(bus.changes.state).toBe("VALID");
    bus.statusRead(status(100_000, 100_000));
    expect(bus.changes.state).toBe("VALID");
  });

  it("is judged without the clocks of other hosts: a Redis that was restored counts from anew", async () => {
    bus.statusRead(status(9_000_000_000, 9_000_000_000));
    await lookFor(2000, 10, { word: true, holder: true });
    expect(bus.changes.state).toBe("INITIALIZING");
    await lookFor(2000, 5000, { word: true, holder: true });
    expect(bus.changes.state).toBe("VALID");
  });
});
