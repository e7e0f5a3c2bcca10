import { expect, it } from "vitest";
import { EnvironmentIngestor } from "../../../../services/ingestor/leadership/environment-ingestor.ts";
import { Identity } from "../../../../services/ingestor/leadership/identity.ts";
import { LEASE_TIMING, type LeaseTiming } from "../../../../services/ingestor/leadership/lease-timing.ts";
import type { AcquireOutcome, EnvironmentStore, Outline } from "../../../../shared/bus/environment-store.ts";
import { claimOf, encodeClaim } from "../../../../shared/model/claim.ts";
import { NOWHERE } from "../../../../shared/model/position.ts";
import { VirtualProcess, VirtualTime } from "../../../support/bus-world/virtual-time.ts";
import { environment } from "../../../support/environment.ts";
import { LastReport } from "../../../support/redis-reports.ts";
import { silentLogger } from "../../../support/silent-logger.ts";

const TIMING: LeaseTiming = LEASE_TIMING;
const OUTLINE: Outline = {
  position: NOWHERE,
  claim: undefined,
  sum: undefined,
  inited: false,
  lengths: { flags: 0, segments: 0 },
};
const unexpected = (): Promise<never> => Promise.reject(new Error("not expected here"));

/** A Redis with a lease that nobody else wants. While `frozen` it does what it is asked, and does not answer. */
class FreezingStore implements EnvironmentStore {
  frozen = true;
  readonly tokens = new Set<string>();
  #holder: string | undefined;

  acquire(token: string): Promise<AcquireOutcome> {
    this.tokens.add(token);
    this.#holder ??= token;
    return this.#answer<AcquireOutcome>({ kind: this.#holder === token ? "acquired" : "taken" });
  }

  renew(token: string) {
    return this.#answer(
      this.#holder === token ? ({ kind: "held", outline: OUTLINE } as const) : ({ kind: "lost" } as const),
    );
  }

  release(token: string): Promise<void> {
    if (this.#holder === token && !this.frozen) this.#holder = undefined;
    return this.#answer(undefined);
  }

  write = unexpected;
  snapshot = unexpected;
  scan = unexpected;
  takeOver = unexpected;
  status = unexpected;
  subscribe = unexpected;

  #answer<T>(value: T): Promise<T> {
    return this.frozen ? Promise.reject(new Error("timed out")) : Promise.resolve(value);
  }
}

it("an ingestor that took the lease without knowing it gives it back, and leads with a new token", async () => {
  const time = new VirtualTime();
  const store = new FreezingStore();
  const openStream = () => ({
    state: { state: "INITIALIZING", since: 0 } as const,
    close: () => undefined,
  });
  const reports = new LastReport();
  const shop = environment("shop");
  const ingestor = new EnvironmentIngestor(
    {
      store,
      prefix: shop.prefix,
      identity: new Identity(shop),
      openStream,
      reports,
      clock: new VirtualProcess(time),
      logger: silentLogger,
      leases: { taken: () => undefined, ended: () => undefined },
      repaired: () => undefined,
    },
    TIMING,
  );
  time.after(0, () => undefined);
  await time.run(12_000);
  expect([ingestor.leads, reports.well]).toEqual([false, false]);
  store.frozen = false;
  await time.run(12_000 + TIMING.renewMs);
  expect([ingestor.leads, reports.well]).toEqual([true, true]);
  expect(store.tokens.size).toBe(2);
});

it("an ingestor that cannot learn from LaunchDarkly whose the prefix is leads no longer than a lease, and then not for a minute", async () => {
  const time = new VirtualTime();
  const process = new VirtualProcess(time);
  const claim = encodeClaim(claimOf(environment("other")));
  const outline = { ...OUTLINE, claim };
  const held = { since: undefined as number | undefined, times: [] as (readonly [number, number])[] };
  const store: EnvironmentStore = {
    acquire: async () => {
      held.since = time.now;
      return { kind: "acquired" };
    },
    renew: async () => ({ kind: "held", outline }),
    release: async () => {
      if (held.since !== undefined) held.times.push([held.since, time.now]);
      held.since = undefined;
    },
    status: async () => ({ position: NOWHERE, seenAt: 0, upstream: undefined, claim }),
    write: unexpected,
    snapshot: unexpected,
    scan: unexpected,
    takeOver: unexpected,
    subscribe: unexpected,
  };
  const shop = environment("shop");
  const ingestor = new EnvironmentIngestor(
    {
      store,
      prefix: shop.prefix,
      identity: new Identity(shop),
      openStream: () => ({ state: { state: "INITIALIZING", since: 0 }, close: () => undefined }),
      reports: new LastReport(),
      clock: process,
      logger: silentLogger,
      leases: { taken: () => undefined, ended: () => undefined },
      repaired: () => undefined,
    },
    TIMING,
  );
  time.after(0, () => undefined);
  await time.run(2 * (TIMING.ttlMs + TIMING.learnAgainMs));
  const [[firstFrom = 0, firstTo = 0] = [], [secondFrom = 0] = []] = held.times;
  expect(held.times).toHaveLength(2);
  expect(firstTo - firstFrom).toBeLessThanOrEqual(TIMING.ttlMs + TIMING.renewMs);
  expect(secondFrom - firstTo).toBeGreaterThanOrEqual(TIMING.learnAgainMs);
  void ingestor.stop();
});
