import { describe, expect, it } from "vitest";
import {
  type FlagDelta,
  flagDelta,
  joinDeltas,
  NO_DELTA,
} from "../../../../../services/edge/protocol/fdv1/flag-delta.ts";
import { type Change, type ItemKind, NO_DATA, parseItem } from "../../../../../shared/model/item.ts";

const change = (kind: ItemKind, key: string, version: number): Change => ({
  kind,
  key,
  item: parseItem(JSON.stringify({ version })),
});
const STATE = { data: NO_DATA, position: { offset: 2, stamp: "s" } };
const flag2 = { ...change("flags", "f", 2), above: true };
const segment2 = { ...change("segments", "s", 2), above: true };
const lowered = { ...change("segments", "s", 1), above: false };

describe("the news of an update", () => {
  it("are its changes while all are above what clients know", () => {
    expect(flagDelta("all", { ...STATE, changes: [flag2, segment2] })).toEqual({
      kind: "changes",
      changes: [flag2, segment2],
    });
  });

  it("are everything once a client would ignore one of them", () => {
    expect(flagDelta("all", { ...STATE, changes: [flag2, lowered] })).toEqual({ kind: "everything" });
  });

  it("leave out what the view does not show, also when choosing", () => {
    expect(flagDelta("flags", { ...STATE, changes: [flag2, lowered] })).toEqual({
      kind: "changes",
      changes: [flag2],
    });
    expect(flagDelta("flags", { ...STATE, changes: [lowered] })).toEqual(NO_DELTA);
  });
});

describe("news joined with later news", () => {
  const changes = (...some: Change[]): FlagDelta => ({ kind: "changes", changes: some });

  it("tell of each item only its last change, in the order of those", () => {
    const earlier = changes(change("flags", "a", 1), change("flags", "b", 1), change("segments", "a", 1));
    const joined = joinDeltas(earlier, changes(change("flags", "a", 2)));
    expect(joined).toEqual(
      changes(change("flags", "b", 1), change("segments", "a", 1), change("flags", "a", 2)),
    );
  });

  it("are everything when either is", () => {
    expect(joinDeltas(changes(flag2), { kind: "everything" })).toEqual({ kind: "everything" });
    expect(joinDeltas({ kind: "everything" }, changes(flag2))).toEqual({ kind: "everything" });
  });

  it("are the one when there is no other", () => {
    expect(joinDeltas(NO_DELTA, changes(flag2))).toEqual(changes(flag2));
    expect(joinDeltas({ kind: "everything" }, NO_DELTA)).toEqual({ kind: "everything" });
  });
});
