import type { Entry } from "../../../../support/evaluation/entry.ts";
import { type Case, conditions, flagCase, flagWith } from "./case.ts";

type Members = Readonly<Record<string, unknown>>;

const ANN = { kind: "user", key: "ann" };
const ACME = { kind: "org", key: "acme" };
const BOTH = { kind: "multi", user: { key: "ann" }, org: { key: "acme" } };
const EVERYONE = { rules: [{ clauses: [] }] };

function asks(...values: unknown[]): Members {
  return { op: "segmentMatch", values };
}

function contains(
  name: string,
  segment: Members,
  context: object,
  holds: boolean | "error",
  others: Case["segments"] = {},
): Case {
  return conditions(name, [asks("segment")], context, holds, { ...others, segment });
}

function weighted(name: string, rule: Members, context: object, holds: boolean | "error"): Case {
  return contains(name, { salt: "salt", rules: [{ clauses: [], ...rule }] }, context, holds);
}

/** The reason's part about big segments, after asking for one. */
function big(name: string, segment: Members, context: object, entry: Entry): Case {
  const flag = flagWith({ rules: [{ clauses: [asks("segment")], variation: 0 }] });
  return flagCase(name, flag, context, entry, { segments: { segment: { unbounded: true, ...segment } } });
}

const NOT_CONFIGURED = { bigSegmentsStatus: "NOT_CONFIGURED" };

export const SEGMENT_CASES: readonly Case[] = [
  conditions("no segment contains nobody", [asks()], ANN, false),
  conditions("a segment that does not exist contains nobody", [{ ...asks("none"), negate: true }], ANN, true),
  conditions("what is no text is no segment", [asks(1, null, {}, "segment")], ANN, true, {
    segment: EVERYONE,
  }),
  contains("included users come before excluded ones", { included: ["ann"], excluded: ["ann"] }, ANN, true),
  contains("excluded users come before rules", { excluded: ["ann"], ...EVERYONE }, ANN, false),
  contains("included users count within several kinds", { included: ["ann"] }, BOTH, true),
  contains("included users are no others", { included: ["acme"] }, ACME, false),
  contains("included contexts", { includedContexts: [{ contextKind: "org", values: ["acme"] }] }, ACME, true),
  contains(
    "included contexts of several kinds",
    { includedContexts: [{ contextKind: "org", values: ["acme"] }] },
    BOTH,
    true,
  ),
  contains(
    "included contexts do not count for a user alone",
    { includedContexts: [{ contextKind: "user", values: ["ann"] }] },
    ANN,
    false,
  ),
  contains(
    "excluded contexts do not count for a user alone",
    { excludedContexts: [{ values: ["ann"] }], ...EVERYONE },
    ANN,
    true,
  ),
  contains(
    "included contexts of users count for several kinds",
    { includedContexts: [{ contextKind: "user", values: ["ann"] }] },
    BOTH,
    true,
  ),
  contains(
    "included contexts without a kind are users",
    { includedContexts: [{ contextKind: "", values: ["ann"] }] },
    BOTH,
    true,
  ),
  contains(
    "excluded users come before included contexts of a rule",
    { excluded: ["ann"], includedContexts: [{ contextKind: "org", values: ["acme"] }] },
    BOTH,
    true,
  ),
  contains("a rule without clauses contains everyone", { rules: [{}] }, ANN, true),
  contains("a segment within a segment", { rules: [{ clauses: [asks("inner")] }] }, ANN, true, {
    inner: { included: ["ann"] },
  }),
  contains(
    "an invalid clause makes the flag malformed",
    { rules: [{ clauses: [{ op: "in", values: [] }] }] },
    ANN,
    "error",
  ),
  contains(
    "a segment within itself makes the flag malformed",
    { rules: [{ clauses: [asks("segment")] }] },
    ANN,
    "error",
  ),
  contains("a circle makes the flag malformed", { rules: [{ clauses: [asks("inner")] }] }, ANN, "error", {
    inner: { rules: [{ clauses: [asks("segment")] }] },
  }),
  contains(
    "a circle that is not reached is none",
    { included: ["ann"], rules: [{ clauses: [asks("segment")] }] },
    ANN,
    true,
  ),
  contains(
    "two ways to one segment are no circle",
    { rules: [{ clauses: [asks("inner"), asks("inner")] }] },
    ANN,
    true,
    { inner: EVERYONE },
  ),
  conditions("an error after a match does not count", [asks("segment", "broken")], ANN, true, {
    segment: EVERYONE,
    broken: { rules: [{ clauses: [{}] }] },
  }),
  conditions("an error before a match counts", [asks("broken", "segment")], ANN, "error", {
    segment: EVERYONE,
    broken: { rules: [{ clauses: [{}] }] },
  }),
  conditions(
    "an invalid clause counts after a segment that contains the context",
    [asks("segment"), {}],
    ANN,
    "error",
    { segment: EVERYONE },
  ),
  weighted("a weight of all contains everyone", { weight: 100_000 }, ANN, true),
  weighted("a weight of null is none", { weight: null }, ANN, true),
  weighted("a weight of 0 contains nobody", { weight: 0 }, ANN, false),
  weighted(
    "a weight does not contain contexts without the kind",
    { weight: 100_000, rolloutContextKind: "org" },
    ANN,
    false,
  ),
  weighted("a weight contains contexts without the attribute", { weight: 1, bucketBy: "email" }, ANN, true),
  weighted(
    "an invalid attribute to go by makes the flag malformed",
    { weight: 1, rolloutContextKind: "user", bucketBy: "/a/" },
    ANN,
    "error",
  ),
  weighted(
    "an invalid attribute does so for contexts without the kind, too",
    { weight: 1, rolloutContextKind: "org", bucketBy: "//" },
    ANN,
    "error",
  ),
  weighted(
    "an invalid attribute does not matter without a weight",
    { rolloutContextKind: "user", bucketBy: "//" },
    ANN,
    true,
  ),
  weighted(
    "the key is hashed with the segment's key and salt, and is behind this place",
    { weight: 88_041 },
    ANN,
    false,
  ),
  weighted(
    "the key is hashed with the segment's key and salt, and is before this place",
    { weight: 88_042 },
    ANN,
    true,
  ),
  weighted(
    "an old user's secondary key is hashed, too",
    { weight: 60_767 },
    { key: "ann", secondary: "second" },
    true,
  ),
  weighted("a seed is nothing to a segment", { weight: 50_000, seed: 0 }, ANN, false),
  big("a big segment says that there is no store", { generation: 1 }, ANN, {
    value: false,
    reason: { kind: "FALLTHROUGH", ...NOT_CONFIGURED },
  }),
  big("a big segment has rules, too", { generation: 1, ...EVERYONE }, ANN, {
    value: true,
    reason: { kind: "RULE_MATCH", ...NOT_CONFIGURED },
  }),
  big("the first generation of a big segment is 0", { generation: 0, ...EVERYONE }, ANN, { value: true }),
  big("the lists of a big segment do not count", { generation: 1, included: ["ann"] }, ANN, { value: false }),
  big("a big segment without a generation contains nobody", EVERYONE, ANN, {
    value: false,
    reason: { kind: "FALLTHROUGH", ...NOT_CONFIGURED },
  }),
  big("not even asking about another kind", { ...EVERYONE, unboundedContextKind: "org" }, ANN, {
    reason: { kind: "FALLTHROUGH", ...NOT_CONFIGURED },
  }),
  big(
    "a big segment of another kind contains nobody",
    { generation: 1, ...EVERYONE, unboundedContextKind: "org" },
    ANN,
    { value: false },
  ),
  big(
    "a big segment in a circle makes the flag malformed",
    { generation: 1, rules: [{ clauses: [asks("segment")] }] },
    ANN,
    {
      value: null,
      reason: { kind: "ERROR", errorKind: "MALFORMED_FLAG", ...NOT_CONFIGURED },
    },
  ),
];
