import { describe, expect, it } from "vitest";
import { awaitStart } from "../../../../services/ingestor/leadership/start-outcome.ts";
import type { Clock } from "../../../../shared/base/clock.ts";
import type { Snapshot, UpstreamReport } from "../../../../shared/bus/environment-store.ts";
import { NO_DATA } from "../../../../shared/model/item.ts";
import { NOWHERE } from "../../../../shared/model/position.ts";

const EMPTY: Snapshot = {
  data: NO_DATA,
  inited: false,
  position: NOWHERE,
  seenAt: 0,
  upstream: undefined,
  claim: undefined,
  sum: undefined,
  receivedAtMs: 0,
};

const upstream = (state: UpstreamReport["state"], aliveAt: number, errorAt?: number): UpstreamReport => ({
  state,
  since: 0,
  aliveAt,
  ...(errorAt !== undefined && { lastError: { kind: "ERROR_RESPONSE", time: errorAt } }),
});

/** What comes of looking at these snapshots one after the other, the last for ever; `undefined` is no Redis. */
function outcomeOf(...looks: readonly (Snapshot | undefined)[]) {
  return outcomeUnder(false, ...looks);
}

/** The same, while an ingestor beside finds the prefix to be another environment's or not. */
function outcomeUnder(foreign: boolean, ...looks: readonly (Snapshot | undefined)[]) {
  let time = 0;
  const clock: Clock = {
    now: () => 1000 + time,
    monotonic: () => time,
    sleep: async (ms) => {
      time += ms;
    },
  };
  let index = 0;
  const snapshot = async () => {
    const seen = looks[Math.min(index++, looks.length - 1)];
    if (seen === undefined) throw new Error("Redis is away");
    return seen;
  };
  return awaitStart(
    { status: snapshot, snapshot },
    () => foreign,
    10_000,
    clock,
    new AbortController().signal,
  );
}

describe("an environment", () => {
  const left: Snapshot = {
    ...EMPTY,
    inited: true,
    claim: "|a1|shop",
    seenAt: 100,
    upstream: upstream("VALID", 100),
  };

  it("has started once the holder gives its word", async () => {
    const written: Snapshot = { ...EMPTY, inited: true, seenAt: 5, upstream: upstream("VALID", 4) };
    expect(
      await outcomeOf(undefined, EMPTY, { ...EMPTY, upstream: upstream("INITIALIZING", 2) }, written),
    ).toEqual({
      kind: "started",
    });
    expect(await outcomeOf(left, { ...left, seenAt: 101 })).toEqual({ kind: "started" });
  });

  it("has not started only because an earlier ingestor had, and a new one holds the lease", async () => {
    expect(await outcomeOf(left, { ...left, upstream: upstream("VALID", 200) })).toEqual({
      kind: "late",
      hasData: true,
    });
  });

  it("is refused once LaunchDarkly refuses the key now", async () => {
    expect(await outcomeOf(EMPTY, { ...EMPTY, upstream: upstream("OFF", 2, 2) })).toEqual({
      kind: "refused",
      hasData: false,
    });
    const refused: Snapshot = { ...left, upstream: upstream("OFF", 100, 90) };
    expect(await outcomeOf(refused, { ...refused, upstream: upstream("OFF", 200, 190) })).toEqual({
      kind: "refused",
      hasData: true,
    });
  });

  it("is not refused only because it was so earlier", async () => {
    const refused: Snapshot = { ...left, upstream: upstream("OFF", 100, 90) };
    const waiting: Snapshot = { ...refused, upstream: upstream("OFF", 200, 90) };
    expect(await outcomeOf(refused, waiting, { ...left, seenAt: 101 })).toEqual({ kind: "started" });
  });

  it("has not started because another environment has, under its prefix", async () => {
    expect(await outcomeUnder(true, left, { ...left, seenAt: 101 })).toEqual({ kind: "foreign" });
  });

  it("has no data to serve where nobody has claimed any", async () => {
    expect(await outcomeOf({ ...left, claim: undefined })).toEqual({ kind: "late", hasData: false });
  });

  it("is late when nothing is known in time, also while Redis is away", async () => {
    expect(await outcomeOf(undefined)).toEqual({ kind: "late", hasData: false });
    expect(await outcomeOf(EMPTY)).toEqual({ kind: "late", hasData: false });
  });
});
