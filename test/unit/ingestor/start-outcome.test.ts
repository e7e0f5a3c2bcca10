import { describe, expect, it } from "vitest";
import { awaitStart } from "../../../services/ingestor/start-outcome.ts";
import type { Snapshot } from "../../../shared/bus/environment-store.ts";
import { NO_DATA } from "../../../shared/model/item.ts";
import { NOWHERE } from "../../../shared/model/position.ts";
import { VirtualProcess, VirtualTime } from "../../support/bus-world/virtual-time.ts";

const EMPTY: Snapshot = { data: NO_DATA, inited: false, position: NOWHERE, seenAt: 0, upstream: undefined };
const seen = (state: "VALID" | "OFF", aliveAt: number, seenAt: number): Snapshot => ({
  ...EMPTY,
  inited: seenAt > 0,
  seenAt,
  upstream: { state, since: 1, aliveAt },
});

/** The outcome where Redis holds these snapshots one after the other and `undefined` stands for an absent Redis. */
async function outcomeOf(...snapshots: (Snapshot | undefined)[]) {
  const time = new VirtualTime();
  const snapshot = async (): Promise<Snapshot> => {
    const next = snapshots.length > 1 ? snapshots.shift() : snapshots[0];
    if (next === undefined) throw new Error("Redis is away");
    return next;
  };
  const outcome = awaitStart({ snapshot }, 5000, new VirtualProcess(time), new AbortController().signal);
  // So that time does not go on before the first sleep has begun.
  time.after(0, () => undefined);
  await time.run(10_000);
  return outcome;
}

describe("an environment's start", () => {
  it("is over when upstream is valid and the holder has given its word", async () => {
    expect(await outcomeOf(undefined, EMPTY, seen("VALID", 5, 0), seen("VALID", 6, 6))).toEqual({
      kind: "started",
    });
  });

  it("does not count what earlier ingestors have left behind", async () => {
    expect(await outcomeOf(seen("VALID", 5, 5))).toEqual({ kind: "late", hasData: true });
    expect(await outcomeOf(seen("OFF", 5, 5))).toEqual({ kind: "late", hasData: true });
  });

  it("is not over between upstream's state and its data", async () => {
    expect(await outcomeOf(seen("VALID", 5, 5), seen("VALID", 9, 5))).toEqual({
      kind: "late",
      hasData: true,
    });
  });

  it("has failed when the key is refused, or when there is nothing in time", async () => {
    expect(await outcomeOf(EMPTY, seen("OFF", 5, 0))).toEqual({ kind: "refused", hasData: false });
    expect(await outcomeOf(undefined)).toEqual({ kind: "late", hasData: false });
  });
});
