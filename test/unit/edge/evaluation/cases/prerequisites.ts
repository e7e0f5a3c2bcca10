import type { Entry } from "../../../../support/evaluation/entry.ts";
import { type Case, flagCase, flagWith } from "./case.ts";

type Members = Readonly<Record<string, unknown>>;

const ANN = { kind: "user", key: "ann" };
/** What serves its second variation, `false`. */
const SECOND = flagWith({});
const NEEDS_SECOND = (key: string) => ({ key, variation: 1 });

function flagThatNeeds(
  keys: readonly string[],
  others: Readonly<Record<string, Members>>,
  entry: Entry | "error",
  name: string,
): Case {
  const flag = flagWith({ prerequisites: keys.map(NEEDS_SECOND), offVariation: 0 });
  return flagCase(name, flag, ANN, entry, { flags: others });
}

function failed(prerequisiteKey: string, prerequisites?: readonly string[]): Entry {
  return {
    value: true,
    reason: { kind: "PREREQUISITE_FAILED", prerequisiteKey },
    ...(prerequisites && { prerequisites }),
  };
}

const INVALID_CLAUSE = { rules: [{ clauses: [{ op: "in", values: [] }], variation: 1 }] };

export const PREREQUISITE_CASES: readonly Case[] = [
  flagThatNeeds(
    ["a", "b"],
    { a: SECOND, b: SECOND },
    { value: false, prerequisites: ["a", "b"] },
    "prerequisites that are met are listed",
  ),
  flagThatNeeds(
    ["a", "a"],
    { a: SECOND },
    { value: false, prerequisites: ["a", "a"] },
    "a prerequisite that is asked for twice is listed twice",
  ),
  flagThatNeeds(
    ["a", "b"],
    { a: flagWith({ fallthrough: { variation: 0 } }), b: SECOND },
    failed("a", ["a"]),
    "none is asked after the first that is not met",
  ),
  flagThatNeeds(["b", "none"], { b: SECOND }, failed("none", ["b"]), "a missing prerequisite is not listed"),
  flagThatNeeds(
    ["a"],
    { a: { ...SECOND, on: false, offVariation: 1 } },
    failed("a", ["a"]),
    "a prerequisite that is off is not met",
  ),
  flagThatNeeds(
    ["a"],
    { a: flagWith({ prerequisites: [{ key: "none" }], offVariation: 1 }) },
    { value: false, prerequisites: ["a"] },
    "a prerequisite whose own ones are not met can be met",
  ),
  flagThatNeeds(
    ["a"],
    { a: flagWith({ prerequisites: [NEEDS_SECOND("b")] }), b: SECOND },
    { prerequisites: ["a"] },
    "only direct prerequisites are listed",
  ),
  flagThatNeeds(
    ["a"],
    { a: flagWith({ fallthrough: {} }) },
    failed("a", ["a"]),
    "a prerequisite that has nothing to serve is not met",
  ),
  flagThatNeeds(
    ["a"],
    { a: flagWith({ fallthrough: { variation: 9 } }) },
    failed("a", ["a"]),
    "a prerequisite without the variation that it serves is not met",
  ),
  flagThatNeeds(
    ["a"],
    { a: flagWith(INVALID_CLAUSE) },
    "error",
    "a prerequisite with an invalid clause makes the flag malformed",
  ),
  flagThatNeeds(
    ["a"],
    { a: flagWith({ prerequisites: [NEEDS_SECOND("b")] }), b: flagWith(INVALID_CLAUSE) },
    "error",
    "an invalid clause makes all malformed that rest on it",
  ),
  flagThatNeeds(["flag"], {}, "error", "a flag that needs itself is malformed"),
  flagThatNeeds(
    ["a"],
    {
      a: flagWith({ prerequisites: [NEEDS_SECOND("b")] }),
      b: flagWith({ prerequisites: [NEEDS_SECOND("a")] }),
    },
    "error",
    "a flag that needs a circle is malformed",
  ),
  flagThatNeeds(
    ["a", "b"],
    { a: SECOND, b: flagWith({ prerequisites: [NEEDS_SECOND("flag")] }) },
    "error",
    "a circle that does not begin with the first prerequisite is one",
  ),
  flagCase(
    "what a circle says of big segments does not depend on where it was entered",
    flagWith({ prerequisites: [NEEDS_SECOND("a")] }),
    ANN,
    {
      value: null,
      reason: { kind: "ERROR", errorKind: "MALFORMED_FLAG", bigSegmentsStatus: "NOT_CONFIGURED" },
    },
    {
      flags: {
        a: flagWith({ prerequisites: [NEEDS_SECOND("c"), NEEDS_SECOND("flag")] }),
        c: flagWith({ rules: [{ clauses: [{ op: "segmentMatch", values: ["big"] }], variation: 0 }] }),
      },
      segments: { big: { unbounded: true, generation: 1 } },
    },
  ),
  flagThatNeeds(
    ["a"],
    { a: { ...flagWith({ prerequisites: [NEEDS_SECOND("flag")] }), on: false } },
    failed("a", ["a"]),
    "a circle ends at a flag that is off",
  ),
  flagThatNeeds(
    ["a", "b"],
    { a: flagWith({ prerequisites: [NEEDS_SECOND("b")] }), b: SECOND },
    { value: false, prerequisites: ["a", "b"] },
    "two ways to one prerequisite are no circle",
  ),
  flagCase(
    "the value of a flag that is off can be missing as well",
    flagWith({ prerequisites: [NEEDS_SECOND("none")], offVariation: 7 }),
    ANN,
    "error",
  ),
  flagCase(
    "prerequisites of a flag that is off are not asked",
    { ...flagWith({ prerequisites: [NEEDS_SECOND("flag")] }), on: false },
    ANN,
    {
      value: null,
      reason: { kind: "OFF" },
    },
  ),
];
