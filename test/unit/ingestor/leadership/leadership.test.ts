import { describe, expect, it } from "vitest";
import { Identity } from "../../../../services/ingestor/leadership/identity.ts";
import { Leadership } from "../../../../services/ingestor/leadership/leadership.ts";
import { LEASE_TIMING, type LeaseTiming } from "../../../../services/ingestor/leadership/lease-timing.ts";
import type { EnvironmentStore, RenewOutcome } from "../../../../shared/bus/environment-store.ts";
import { NO_DATA, parseItem } from "../../../../shared/model/item.ts";
import { NOWHERE } from "../../../../shared/model/position.ts";
import type { OpenFlagStream } from "../../../../shared/upstream/flag-stream.ts";
import { VirtualProcess, VirtualTime } from "../../../support/bus-world/virtual-time.ts";
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

/** A leadership whose upstream sends something every 50 ms, over a store of which `steps` are as told. */
function lead(steps: Partial<EnvironmentStore>) {
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
    const send = (version: number): void => {
      const item = parseItem(`{"version":${version}}`);
      const data = { ...NO_DATA, flags: new Map([["flag", item]]) };
      if (upstream.open) take({ event: { kind: "put", data }, receivedAtMs: time.now });
      time.after(50, () => send(version + 1));
    };
    send(1);
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
    timing: TIMING,
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
});
