import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeChangeMessage } from "../../../shared/bus/change-message.ts";
import type { ChangeListener, EnvironmentStore, Snapshot } from "../../../shared/bus/environment-store.ts";
import { Follower } from "../../../shared/bus/follower.ts";
import type { FollowedData } from "../../../shared/bus/follower-listener.ts";
import { claimOf, encodeClaim } from "../../../shared/model/claim.ts";
import { sumOf } from "../../../shared/model/content-sum.ts";
import { NO_DATA, withChanges } from "../../../shared/model/item.ts";
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
let published: ChangeListener | undefined;
let received: FollowedData[];

beforeEach(async () => {
  clock = new MovedClock();
  log = new RecordedLog();
  held = FULL;
  // The holder gives its word again at each position check.
  const now = async (): Promise<Snapshot> => ({ ...held, seenAt: clock.now() });
  const store: Pick<EnvironmentStore, "subscribe" | "status" | "snapshot"> = {
    subscribe: async (listener) => {
      published = listener;
      return () => undefined;
    },
    status: now,
    snapshot: now,
  };
  const nothing = (): void => undefined;
  received = [];
  const listener = {
    data: (followed: FollowedData) => received.push(followed),
    status: nothing,
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

describe("a follower", () => {
  it("hands on what a message changed, and of a snapshot that nobody knows it", async () => {
    const position = { offset: 6, stamp: "t" };
    const changes = [{ kind: "flags", key: "a", item: { version: 1, deleted: false, raw: "{}" } }] as const;
    const message = { position, previous: FULL.position, receivedAtMs: 7, changes };
    published?.message(encodeChangeMessage(message));
    await expect
      .poll(() => received)
      .toEqual([
        { data: NO_DATA, position: FULL.position, changes: undefined, receivedAtMs: undefined },
        { data: withChanges(NO_DATA, changes), position, changes, receivedAtMs: 7 },
      ]);
  });
});

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
