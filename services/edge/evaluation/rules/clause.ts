import { DEFAULT_KIND } from "../context/evaluation-context.ts";
import type { ClauseModel } from "../model/clause-model.ts";
import type { Match, Run } from "../run.ts";
import { testOf } from "./operator.ts";

/** A condition that is ready to be asked. */
export type Condition = (run: Run) => Match;

const MALFORMED: Condition = () => "malformed";

/**
 * Compiles one clause. What a context does not have satisfies no clause, not even a negated one; of a list one element
 * must satisfy it.
 */
function compileClause({ op, attribute, contextKind, values, negate }: ClauseModel): Condition {
  if (op === "segmentMatch") return inOneSegment(values, negate);
  if (attribute.kind !== "attribute") return MALFORMED;
  const test = testOf(op, values);
  if (attribute.name === "kind")
    return ({ context }) => context.kinds.some(({ kind }) => test(kind)) !== negate;
  const { read } = attribute;
  const kind = contextKind === "" ? DEFAULT_KIND : contextKind;
  return ({ context }) => {
    const asked = context.ofKind(kind);
    const value = asked === undefined ? undefined : read(asked);
    if (value === undefined) return false;
    return (Array.isArray(value) ? value.some(test) : test(value)) !== negate;
  };
}

/** Compiles clauses that must all hold. They are asked in their order, and none after the first that does not. */
export function compileClauses(clauses: readonly ClauseModel[]): Condition {
  const conditions = clauses.map(compileClause);
  return (run) => {
    for (const holds of conditions) {
      const match = holds(run);
      if (match !== true) return match;
    }
    return true;
  };
}

/** A segment that does not exist has no members. */
function inOneSegment(values: readonly unknown[], negate: boolean): Condition {
  const keys = values.filter((value) => typeof value === "string");
  return (run) => {
    for (const key of keys) {
      const match = run.items.segments.get(key)?.compiled.contains(run) ?? false;
      if (match === "malformed") return match;
      if (match) return !negate;
    }
    return negate;
  };
}
