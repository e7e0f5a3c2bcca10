import { describe, expect, it } from "vitest";
import { Laggards } from "../../../services/edge/streams/laggards.ts";

const DEADLINE_MS = 30_000;

describe("laggards", () => {
  it("are given up when what was waiting is not taken in time", () => {
    const laggards = new Laggards(DEADLINE_MS);
    const reader = { unsentBytes: 10, takenBytes: 0 };
    laggards.watch(reader, 0);
    expect(laggards.takeOverdue(DEADLINE_MS - 1)).toEqual([]);
    expect(laggards.takeOverdue(DEADLINE_MS)).toEqual([reader]);
    expect(laggards.takeOverdue(DEADLINE_MS + 1)).toEqual([]);
  });

  it("are not timed anew by a later write", () => {
    const laggards = new Laggards(DEADLINE_MS);
    const reader = { unsentBytes: 10, takenBytes: 0 };
    laggards.watch(reader, 0);
    reader.unsentBytes = 20;
    laggards.watch(reader, 20_000);
    expect(laggards.takeOverdue(DEADLINE_MS)).toEqual([reader]);
  });

  it("get new time when they have taken what was waiting, though more is waiting by now", () => {
    const laggards = new Laggards(DEADLINE_MS);
    const reader = { unsentBytes: 10, takenBytes: 0 };
    laggards.watch(reader, 0);
    reader.takenBytes = 10;
    expect(laggards.takeOverdue(20_000)).toEqual([]);
    expect(laggards.takeOverdue(20_000 + DEADLINE_MS - 1)).toEqual([]);
    expect(laggards.takeOverdue(20_000 + DEADLINE_MS)).toEqual([reader]);
  });

  it("are forgotten when they have caught up, or are over", () => {
    const laggards = new Laggards(DEADLINE_MS);
    const quick = { unsentBytes: 10, takenBytes: 0 };
    const over = { unsentBytes: 10, takenBytes: 0 };
    laggards.watch(quick, 0);
    laggards.watch(over, 0);
    quick.unsentBytes = 0;
    laggards.forget(over);
    expect(laggards.takeOverdue(DEADLINE_MS)).toEqual([]);
  });
});
