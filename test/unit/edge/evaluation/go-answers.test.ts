import { describe, expect, it } from "vitest";
import { InvalidContext } from "../../../../services/edge/evaluation/context/invalid-context.ts";
import { compile } from "../../../support/evaluation/our-results.ts";
import { BUCKETING_CASES } from "./cases/bucketing.ts";
import type { Case } from "./cases/case.ts";
import { CLAUSE_CASES } from "./cases/clauses.ts";
import { CONTEXT_CASES } from "./cases/contexts.ts";
import { DATE_CASES } from "./cases/dates.ts";
import { PATTERN_CASES } from "./cases/patterns.ts";
import { PREREQUISITE_CASES } from "./cases/prerequisites.ts";
import { SEGMENT_CASES } from "./cases/segments.ts";
import { TARGET_CASES } from "./cases/targets.ts";
import { VERSION_CASES } from "./cases/versions.ts";

/** Every expectation here was put to the evaluator of the Go relay (go-server-sdk-evaluation 3.0.0). */
describe.each([
  ["contexts", CONTEXT_CASES],
  ["targets", TARGET_CASES],
  ["clauses", CLAUSE_CASES],
  ["dates", DATE_CASES],
  ["versions", VERSION_CASES],
  ["patterns", PATTERN_CASES],
  ["segments", SEGMENT_CASES],
  ["rollouts", BUCKETING_CASES],
  ["prerequisites", PREREQUISITE_CASES],
] as const)("evaluation answers as the Go relay: %s", (_subject, cases) => {
  it.each(cases)("$name", ({ flags, segments, context, results }: Case) => {
    const evaluate = compile({
      flags: new Map(Object.entries(flags)),
      segments: new Map(Object.entries(segments)),
    });
    if (results === "invalid context") expect(() => evaluate(context, true)).toThrow(InvalidContext);
    else expect(evaluate(context, true)).toMatchObject(results);
  });
});

describe("evaluation", () => {
  it.each(["__proto__", "constructor", "toString"])(
    "knows a flag and a segment that are called %s",
    (key) => {
      const rules = [{ clauses: [{ op: "segmentMatch", values: [key] }], variation: 0 }];
      const flag = {
        key,
        version: 1,
        on: true,
        variations: [true, false],
        rules,
        fallthrough: { variation: 1 },
      };
      const needs = { ...flag, key: "needs", rules: [], prerequisites: [{ key, variation: 0 }] };
      const evaluate = compile({
        flags: new Map(Object.entries({ [key]: flag, needs })),
        segments: new Map([[key, { key, version: 1, included: ["ann"] }]]),
      });
      const results = new Map(Object.entries(evaluate('{"kind":"user","key":"ann"}', true)));
      expect(results.get(key)).toMatchObject({ value: true });
      expect(results.get("needs")).toMatchObject({ value: false, prerequisites: [key] });
    },
  );
});
