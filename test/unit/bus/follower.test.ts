import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EnvironmentStore, Snapshot } from "../../../shared/bus/environment-store.ts";
import { Follower } from "../../../shared/bus/follower.ts";
import { claimOf, encodeClaim } from "../../../shared/model/claim.ts";
import { sumOf } from "../../../shared/model/content-sum.ts";
import { NO_DATA } from "../../../shared/model/item.ts";
import { environment } from "../../support/environment.ts";
import { MovedClock } from "../../support/moved-clock.ts";
import { RecordedLog } from "../../support/recorded.ts";

const CLAIM = claimOf(environment("production"));

const snapshotAt = (offset: number, inited: boolean): Snapshot => ({
  data: NO_DATA,
  inited,
  position: { offset, stamp: "s" },
  seenAt: 1,
  receivedAtMs: 0,
  upstream: undefined,
  claim: encodeClaim(CLAIM),
  sum: sumOf(NO_DATA),
});
const FULL = snapshotAt(5, true);
const EMPTIED = snapshotAt(1, false);

let clock: MovedClock;
let log: RecordedLog;
let held: Snapshot;
let follower: Follower;

beforeEach(async () => {
  clock = new MovedClock();
  log = new RecordedLog();
  held = FULL;
  // The holder gives its word again at each look.
  const now = async (): Promise<Snapshot> => ({ ...held, seenAt: clock.now() });
  const store: Pick<EnvironmentStore, "subscribe" | "look" | "snapshot"> = {
    subscribe: async () => () => undefined,
    look: now,
    snapshot: now,
  };
  const nothing = (): void => undefined;
  const listener = {
    data: nothing,
    looked: nothing,
    usability: nothing,
    answered: nothing,
    failed: nothing,
    repaired: nothing,
  };
  follower = new Follower(store as EnvironmentStore, CLAIM, listener, clock, log);
  await clock.pass(3000);
});

afterEach(() => follower.stop());

const warnings = (): string[] => log.lines.filter((line) => line.includes("replica.redis_not_ahead"));

describe("a follower of a Redis that is not ahead of it", () => {
  it("warns once, however often it reads", async () => {
    expect(warnings()).toEqual([]);
    held = EMPTIED;
    await clock.pass(20_000);
    expect(warnings()).toHaveLength(1);
    expect(log.lines).toHaveLength(1);
  });

  it("warns again when that happens again", async () => {
    for (const next of [EMPTIED, FULL, EMPTIED]) {
      held = next;
      await clock.pass(5000);
    }
    expect(warnings()).toHaveLength(2);
  });
});
