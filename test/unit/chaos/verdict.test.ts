import { describe, expect, it } from "vitest";
import { type ArrivedPost, isFlawless, judge, type SentPayload } from "../../system/chaos/verdict.ts";

const sent = (id: string, acknowledged: boolean): SentPayload => ({
  ...{ id, acknowledged, digest: `body of ${id}`, markers: [`marker of ${id}`] },
});
const arrived = (id: string, marker = id, accepted = true, times = 1): ArrivedPost => ({
  ...{ id, accepted, digest: `body of ${id}`, wireDigest: `bytes of ${id}` },
  ...{ counts: new Map([[`marker of ${marker}`, times]]) },
});

describe("the verdict on what arrived", () => {
  it("finds no fault with payloads that came again and again, and with none that was refused and came or did not", () => {
    const verdict = judge(
      [sent("a", true), sent("b", false), sent("c", false)],
      [arrived("a", "a", false), arrived("a"), arrived("a"), arrived("b")],
    );
    expect(isFlawless(verdict)).toBe(true);
  });

  it("names what was acknowledged and never taken", () => {
    expect(judge([sent("a", true)], [arrived("a", "a", false)]).lost).toEqual(["marker of a"]);
  });

  it("names what came under two ids, or twice in one body", () => {
    expect(judge([sent("a", true)], [arrived("a"), arrived("z", "a")]).countedTwice).toEqual(["marker of a"]);
    expect(judge([sent("a", true)], [arrived("a", "a", true, 2)]).countedTwice).toEqual(["marker of a"]);
  });

  it("names ids whose bodies differ from each other, or from what was sent", () => {
    const other = { ...arrived("a"), digest: "something else" };
    expect(judge([sent("a", true)], [other]).changed).toEqual(["a"]);
    const [one, two] = [arrived("z", "a"), { ...arrived("z", "a", false), digest: "something else" }];
    expect(judge([sent("a", true)], [one, two]).changed).toEqual(["z"]);
    const compressed = { ...arrived("a", "a", false), wireDigest: "other bytes of the same" };
    expect(judge([sent("a", true)], [compressed]).changed).toEqual([]);
    expect(judge([sent("a", true)], [compressed, arrived("a")]).changed).toEqual(["a"]);
  });

  it("names what nobody sent", () => {
    expect(judge([], [arrived("a")]).invented).toEqual(["marker of a"]);
  });
});
