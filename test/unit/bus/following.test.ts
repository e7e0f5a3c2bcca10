import { describe, expect, it } from "vitest";
import type { ChangeMessage } from "../../../shared/bus/change-message.ts";
import type { Snapshot } from "../../../shared/bus/environment-store.ts";
import {
  type FollowerState,
  isWaiting,
  judgeMessage,
  judgePosition,
  judgeSnapshot,
  NOT_STARTED,
} from "../../../shared/bus/following.ts";
import { NO_DATA } from "../../../shared/model/item.ts";
import { NOWHERE, type Position } from "../../../shared/model/position.ts";

const at = (offset: number, stamp = "s"): Position => ({ offset, stamp });
const state = (position: Position, seenAtWhenNotAhead?: number): FollowerState => ({
  position,
  seenAtWhenNotAhead,
  damaged: false,
  blocked: false,
});
const judge = (from: FollowerState, read: Snapshot, intact = true) =>
  judgeSnapshot(from, read, "ours", intact);
const message = (position: Position, previous: Position, content = true): ChangeMessage => ({
  position,
  previous,
  receivedAtMs: 0,
  changes: content ? [] : undefined,
});
const snapshot = (position: Position, seenAt = 1, inited = true): Snapshot => ({
  data: NO_DATA,
  inited,
  position,
  seenAt,
  upstream: undefined,
  claim: undefined,
  sum: undefined,
  receivedAtMs: 0,
});

describe("a message", () => {
  it("applies to a replica that stands at its predecessor", () => {
    expect(judgeMessage(state(at(4)), message(at(5), at(4)))).toBe("apply");
  });

  it("is known when the replica stands there already", () => {
    expect(judgeMessage(state(at(5)), message(at(5), at(4)))).toBe("known");
  });

  it.each([
    ["one was missed", at(3)],
    ["the predecessor has the same offset after a failover", at(4, "other")],
    ["the replica is ahead", at(9)],
  ])("shows a gap when %s", (_, position) => {
    expect(judgeMessage(state(position), message(at(5), at(4)))).toBe("gap");
  });

  it("asks for the snapshot when it has no content, or nobody knows what the data were before", () => {
    expect(judgeMessage(state(at(4)), message(at(5), at(4), false))).toBe("reload");
    expect(judgeMessage(state(NOWHERE), message(at(1), NOWHERE))).toBe("reload");
    expect(judgeMessage(NOT_STARTED, message(at(1), NOWHERE))).toBe("reload");
  });
});

describe("a snapshot", () => {
  it("is adopted by an empty replica, if there are data at all", () => {
    expect(judge(NOT_STARTED, snapshot(NOWHERE)).verdict).toBe("adopt");
    expect(judge(NOT_STARTED, snapshot(NOWHERE, 0, false)).verdict).toBe("keep");
  });

  it("that is ahead is adopted at once", () => {
    expect(judge(state(at(4)), snapshot(at(5)))).toEqual({
      verdict: "adopt",
      state: state(at(5)),
    });
  });

  it.each([
    ["behind", snapshot(at(3), 7)],
    ["elsewhere at the same offset", snapshot(at(4, "other"), 7)],
  ])("that is %s is adopted only once the holder has given its word again", (_, other) => {
    const noticed = judge(state(at(4)), other);
    expect(noticed).toEqual({ verdict: "keep", state: state(at(4), 7) });
    expect(judge(noticed.state, other).verdict).toBe("keep");
    expect(judge(noticed.state, { ...other, seenAt: 8 }).verdict).toBe("adopt");
  });

  it("of an emptied Redis is never adopted, but noticed", () => {
    expect(judge(state(at(4)), snapshot(NOWHERE, 0, false))).toEqual({
      verdict: "keep",
      state: state(at(4), 0),
    });
  });

  it("that agrees makes earlier suspicion forgotten", () => {
    expect(judge(state(at(4), 7), snapshot(at(4))).state).toEqual(state(at(4)));
  });
});

describe("damaged content", () => {
  const damaged: FollowerState = { ...state(at(4)), damaged: true };

  it("is not adopted by a replica that has data, which looks again soon", () => {
    const kept = judge(state(at(4)), snapshot(at(5)), false);
    expect(kept).toEqual({ verdict: "keep", state: { ...state(at(4)), blocked: true } });
    expect(isWaiting(kept.state)).toBe(true);
    expect(judge(kept.state, snapshot(at(5)))).toEqual({ verdict: "adopt", state: state(at(5)) });
  });

  it("is adopted by an empty replica, which knows that it is damaged", () => {
    const began = judge(NOT_STARTED, snapshot(at(4)), false);
    expect(began).toEqual({ verdict: "adopt", state: damaged });
    expect(isWaiting(damaged)).toBe(true);
    expect(judge(NOT_STARTED, snapshot(at(4), 1, false), false).verdict).toBe("keep");
  });

  it("takes no messages, and is replaced by intact content also at the same position", () => {
    expect(judgeMessage(damaged, message(at(5), at(4)))).toBe("reload");
    expect(judgePosition(damaged, { ...snapshot(at(4)) }, "ours")).toBe("read");
    expect(judge(damaged, snapshot(at(4)), false).verdict).toBe("agrees");
    expect(judge(damaged, snapshot(at(4)))).toEqual({ verdict: "adopt", state: state(at(4)) });
  });

  it("is not replaced by other damaged content: where only the sum was lost, the replica may be right", () => {
    const kept = judge(damaged, snapshot(at(5)), false);
    expect(kept).toEqual({ verdict: "keep", state: { ...damaged, blocked: true } });
    expect(judge(kept.state, snapshot(at(5)))).toEqual({ verdict: "adopt", state: state(at(5)) });
  });

  it("where the replica stands already changes nothing for a replica that read it before", () => {
    expect(judge(state(at(4)), snapshot(at(4)), false)).toEqual({
      verdict: "agrees",
      state: state(at(4)),
    });
  });
});

describe("content that is not claimed for this environment", () => {
  it.each(["foreign", "unclaimed"] as const)("is never adopted (%s)", (ownership) => {
    for (const from of [NOT_STARTED, state(at(4)), state(at(4), 0)]) {
      expect(judgeSnapshot(from, snapshot(at(5), 9), ownership, true)).toEqual({
        verdict: "unusable",
        state: from,
      });
      expect(judgePosition(from, snapshot(at(5), 9), ownership)).toBe("unusable");
    }
  });
});

describe("a position check", () => {
  const look = (position: Position, seenAt = 1) => ({
    position,
    seenAt,
    upstream: undefined,
    claim: undefined,
  });
  const judged = (from: FollowerState, seen: ReturnType<typeof look>) => judgePosition(from, seen, "ours");

  it("leads to reading when Redis stands elsewhere", () => {
    expect(judged(state(at(4)), look(at(4)))).toBe("agrees");
    expect(judged(state(at(4)), look(at(5)))).toBe("read");
    expect(judged(state(at(4)), look(at(3)))).toBe("read");
    expect(judged(NOT_STARTED, look(NOWHERE))).toBe("read");
  });

  it("spares the reading while only the holder's word could change the verdict", () => {
    expect(judged(state(at(4), 7), look(at(3), 7))).toBe("wait");
    expect(judged(state(at(4), 7), look(at(3), 8))).toBe("read");
    expect(judged(state(at(4), 7), look(at(5), 7))).toBe("read");
  });
});
