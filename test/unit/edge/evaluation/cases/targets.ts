import { type Case, flagCase, flagWith } from "./case.ts";

const ANN = { kind: "user", key: "ann" };
const BOTH = { kind: "multi", user: { key: "ann" }, org: { key: "acme" } };
const TARGETED = { value: true, reason: { kind: "TARGET_MATCH" } };
const NOT_TARGETED = { value: false, reason: { kind: "FALLTHROUGH" } };
const HER = { variation: 0, values: ["ann"] };

export const TARGET_CASES: readonly Case[] = [
  flagCase("a target of users", flagWith({ targets: [HER] }), ANN, TARGETED),
  flagCase("a target of users within several kinds", flagWith({ targets: [HER] }), BOTH, TARGETED),
  flagCase(
    "a target that names another kind",
    flagWith({ targets: [{ contextKind: "org", variation: 0, values: ["ann", "acme"] }] }),
    ANN,
    NOT_TARGETED,
  ),
  flagCase(
    "an entry for users without keys stands for the target with its variation",
    flagWith({ targets: [HER], contextTargets: [{ contextKind: "user", variation: 0, values: [] }] }),
    ANN,
    TARGETED,
  ),
  flagCase(
    "an entry for users without keys stands for the first such target only",
    flagWith({
      targets: [{ variation: 0, values: ["bob"] }, HER],
      contextTargets: [{ contextKind: "", variation: 0 }],
    }),
    ANN,
    NOT_TARGETED,
  ),
  flagCase(
    "an entry for users with keys counts by itself",
    flagWith({
      targets: [{ variation: 0, values: ["bob"] }],
      contextTargets: [{ contextKind: "user", ...HER }],
    }),
    ANN,
    TARGETED,
  ),
  flagCase(
    "an entry for users with keys takes the target's place",
    flagWith({ targets: [HER], contextTargets: [{ contextKind: "user", variation: 0, values: ["bob"] }] }),
    ANN,
    NOT_TARGETED,
  ),
  flagCase(
    "targets that nothing stands for do not count",
    flagWith({ targets: [HER], contextTargets: [{ contextKind: "org", variation: 0, values: ["x"] }] }),
    BOTH,
    NOT_TARGETED,
  ),
  flagCase(
    "the first of several kinds counts",
    flagWith({
      targets: [{ variation: 1, values: ["ann"] }],
      contextTargets: [
        { contextKind: "org", variation: 0, values: ["acme"] },
        { contextKind: "user", variation: 1, values: [] },
      ],
    }),
    BOTH,
    TARGETED,
  ),
  flagCase(
    "a variation that does not exist makes the flag malformed for those who would get it",
    flagWith({ targets: [{ variation: 2, values: ["ann"] }] }),
    ANN,
    "error",
  ),
];
