import { describe, expect, it } from "vitest";
import { Identity } from "../../../../services/ingestor/leadership/identity.ts";
import { Leadership } from "../../../../services/ingestor/leadership/leadership.ts";
import { LEASE_TIMING, type LeaseTiming } from "../../../../services/ingestor/leadership/lease-timing.ts";
import type { EnvironmentStore, RenewOutcome } from "../../../../shared/bus/environment-store.ts";
import { claimOf, encodeClaim } from "../../../../shared/model/claim.ts";
import { sumOf } from "../../../../shared/model/content-sum.ts";
import { type Item, NO_DATA, parseItem } from "../../../../shared/model/item.ts";
import { NOWHERE } from "../../../../shared/model/position.ts";
import type { OpenFlagStream, ReceivedEvent } from "../../../../shared/upstream/flag-stream.ts";
import { VirtualProcess, VirtualTime } from "../../../support/bus-world/virtual-time.ts";
import { CountedItems } from "../../../support/counted-items.ts";
import { environment } from "../../../support/environment.ts";
import { LastReport } from "../../../support/redis-reports.ts";

const TIMING: LeaseTiming = LEASE_TIMING;
const HELD: RenewOutcome = {
  kind: "held",
  outline: {
    position: NOWHERE,
    claim: undefined,
    sum: undefined,
    inited: false,
    lengths: { flags: 0, segments: 0 },
  },
};
const away = (): Promise<never> => Promise.reject(new Error("Redis is away"));

/** Upstream sends something new every 50 ms. */
const flood = (time: VirtualTime, take: (received: ReceivedEvent) => void, version = 1): void => {
  const flags = new Map([["flag", parseItem(`{"version":${version}}`)]]);
  take({ event: { kind: "put", data: { ...NO_DATA, flags } }, receivedAtMs: time.now });
  time.after(50, () => flood(time, take, version + 1));
};

/** A leadership over a store of which `steps` are as told. */
function lead(steps: Partial<EnvironmentStore>, begin: typeof flood = flood, timing = TIMING) {
  const time = new VirtualTime();
  const process = new VirtualProcess(time);
  const store: EnvironmentStore = {
    acquire: away,
    renew: () => Promise.resolve(HELD),
    release: () => Promise.resolve(),
    write: away,
    snapshot: () =>
      Promise.resolve({
        data: NO_DATA,
        inited: false,
        position: NOWHERE,
        seenAt: 0,
        upstream: undefined,
        claim: undefined,
        sum: undefined,
        receivedAtMs: 0,
      }),
    scan: away,
    takeOver: away,
    status: away,
    subscribe: away,
    ...steps,
  };
  const upstream = { open: true };
  const openStream: OpenFlagStream = ({ event: take }) => {
    begin(time, (received) => {
      if (upstream.open) take(received);
    });
    return {
      state: { state: "VALID", since: 0 } as const,
      close: () => {
        upstream.open = false;
      },
    };
  };
  const reports = new LastReport();
  const identity = new Identity(environment("shop"));
  const parts = {
    store,
    identity,
    openStream,
    clock: process,
    reports,
    timing,
    repaired: () => undefined,
  };
  const leadership = new Leadership(parts, "token", undefined);
  const outcome = { ended: false };
  void leadership.lead().then(() => {
    outcome.ended = true;
  });
  return { time, reports, outcome, upstream };
}

describe("a leadership", () => {
  it("keeps its lease through a flood of events of which none can be written", async () => {
    let renewals = 0;
    const { time, outcome } = lead({
      renew: () => {
        renewals += 1;
        return Promise.resolve(HELD);
      },
    });
    await time.run(3 * TIMING.ttlMs);
    expect(outcome.ended).toBe(false);
    expect(renewals).toBeGreaterThanOrEqual((3 * TIMING.ttlMs) / TIMING.renewMs);
  });

  it("gives up by its own clock, and closes its stream, when it could not renew for as long as the lease lasts", async () => {
    const { time, reports, outcome, upstream } = lead({ renew: away, snapshot: away });
    await time.run(TIMING.ttlMs - 100);
    expect({ ...outcome, ...upstream }).toEqual({ ended: false, open: true });
    expect(reports.well).toBe(false);
    await time.run(TIMING.ttlMs + TIMING.renewMs);
    expect({ ...outcome, ...upstream }).toEqual({ ended: true, open: false });
  });

  it("with nothing to do compares no item, but for the slices of its walk", async () => {
    const entries = Array.from({ length: 250 }, (_, n): [string, Item] => [
      `flag-${n}`,
      parseItem(`{"version":${n + 1}}`),
    ]);
    const stored = new CountedItems(entries);
    const wanted = new CountedItems(entries);
    const data = { ...NO_DATA, flags: stored };
    const known = {
      position: { offset: 1, stamp: "s" },
      claim: encodeClaim(claimOf(environment("shop"))),
      sum: sumOf(data),
      inited: true,
    };
    const outline = { ...known, lengths: { flags: stored.size, segments: 0 } };
    const calls = { renewals: 0, snapshots: 0, slices: 0 };
    let send = (_: ReceivedEvent): void => undefined;
    const { time } = lead(
      {
        renew: async () => {
          calls.renewals += 1;
          return { kind: "held", outline };
        },
        snapshot: async () => {
          calls.snapshots += 1;
          return { ...known, data, seenAt: 1, upstream: undefined, receivedAtMs: 0 };
        },
        scan: async (kind) => {
          calls.slices += 1;
          return { texts: new Map(kind === "flags" ? [["flag-7", '{"version":8}']] : []), next: undefined };
        },
      },
      (began, take) => {
        send = take;
        const put = { kind: "put", data: { ...NO_DATA, flags: wanted } } as const;
        began.after(1, () => take({ event: put, receivedAtMs: 1 }));
      },
      { ...TIMING, walkMs: 80_000 },
    );
    await time.run(5000);
    expect(calls).toMatchObject({ snapshots: 1, slices: 0 });
    Object.assign(calls, { renewals: 0, snapshots: 0 });
    stored.reads = 0;
    wanted.reads = 0;
    // What upstream repeats is not new, and no reason to compare either.
    const change = { kind: "flags", key: "flag-7", item: parseItem('{"version":8}') } as const;
    time.after(1000, () => send({ event: { kind: "change", change }, receivedAtMs: 2 }));
    await time.run(65_000);
    expect(calls.renewals).toBeGreaterThanOrEqual(59);
    expect(calls.snapshots).toBe(0);
    // Three slices of flags and one of segments in 80 s; each looks only at what it was given.
    expect(calls.slices).toBe(3);
    expect(stored.reads).toBeLessThanOrEqual(calls.slices);
    // The version of what upstream repeats.
    expect(wanted.reads).toBe(1);
  });
});
