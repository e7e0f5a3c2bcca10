import { describe, expect, it } from "vitest";
import type { ChangeMessage } from "../../../shared/bus/change-message.ts";
import type { Snapshot } from "../../../shared/bus/environment-store.ts";
import {
  judgeLook,
  judgeMessage,
  judgeSnapshot,
  NOT_STARTED,
  type Standing,
} from "../../../shared/bus/following.ts";
import { NO_DATA } from "../../../shared/model/item.ts";
import { NOWHERE, type Position } from "../../../shared/model/position.ts";

const at = (offset: number, stamp = "s"): Position => ({ offset, stamp });
const standing = (position: Position, noticedWord?: number): Standing => ({ position, noticedWord });
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
});

describe("a message", () => {
  it("applies to a replica that stands at its predecessor", () => {
    expect(judgeMessage(standing(at(4)), message(at(5), at(4)))).toBe("apply");
  });

  it("is known when the replica stands there already", () => {
    expect(judgeMessage(standing(at(5)), message(at(5), at(4)))).toBe("known");
  });

  it.each([
    ["one was missed", at(3)],
    ["the predecessor has the same offset after a failover", at(4, "other")],
    ["the replica is ahead", at(9)],
  ])("shows a gap when %s", (_, position) => {
    expect(judgeMessage(standing(position), message(at(5), at(4)))).toBe("gap");
  });

  it("asks for the snapshot when it has no content, or nobody knows what the data were before", () => {
    expect(judgeMessage(standing(at(4)), message(at(5), at(4), false))).toBe("reload");
    expect(judgeMessage(standing(NOWHERE), message(at(1), NOWHERE))).toBe("reload");
    expect(judgeMessage(NOT_STARTED, message(at(1), NOWHERE))).toBe("reload");
  });
});

describe("a snapshot", () => {
  it("is adopted by an empty replica, if there are data at all", () => {
    expect(judgeSnapshot(NOT_STARTED, snapshot(NOWHERE)).verdict).toBe("adopt");
    expect(judgeSnapshot(NOT_STARTED, snapshot(NOWHERE, 0, false)).verdict).toBe("keep");
  });

  it("that is ahead is adopted at once", () => {
    expect(judgeSnapshot(standing(at(4)), snapshot(at(5)))).toEqual({
      verdict: "adopt",
      standing: standing(at(5)),
    });
  });

  it.each([
    ["behind", snapshot(at(3), 7)],
    ["elsewhere at the same offset", snapshot(at(4, "other"), 7)],
  ])("that is %s is adopted only once the holder has given its word again", (_, other) => {
    const noticed = judgeSnapshot(standing(at(4)), other);
    expect(noticed).toEqual({ verdict: "keep", standing: standing(at(4), 7) });
    expect(judgeSnapshot(noticed.standing, other).verdict).toBe("keep");
    expect(judgeSnapshot(noticed.standing, { ...other, seenAt: 8 }).verdict).toBe("adopt");
  });

  it("of an emptied Redis is never adopted, but noticed", () => {
    expect(judgeSnapshot(standing(at(4)), snapshot(NOWHERE, 0, false))).toEqual({
      verdict: "keep",
      standing: standing(at(4), 0),
    });
  });

  it("that agrees makes earlier suspicion forgotten", () => {
    expect(judgeSnapshot(standing(at(4), 7), snapshot(at(4))).standing).toEqual(standing(at(4)));
  });
});

describe("a position check", () => {
  const look = (position: Position, seenAt = 1) => ({ position, seenAt, upstream: undefined });

  it("leads to reading when Redis stands elsewhere", () => {
    expect(judgeLook(standing(at(4)), look(at(4)))).toBe("agrees");
    expect(judgeLook(standing(at(4)), look(at(5)))).toBe("read");
    expect(judgeLook(standing(at(4)), look(at(3)))).toBe("read");
    expect(judgeLook(NOT_STARTED, look(NOWHERE))).toBe("read");
  });

  it("spares the reading while only the holder's word could change the verdict", () => {
    expect(judgeLook(standing(at(4), 7), look(at(3), 7))).toBe("wait");
    expect(judgeLook(standing(at(4), 7), look(at(3), 8))).toBe("read");
    expect(judgeLook(standing(at(4), 7), look(at(5), 7))).toBe("read");
  });
});
