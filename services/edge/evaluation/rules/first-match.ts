import type { EvaluationOutcome } from "../result/outcome.ts";
import type { Run } from "../run.ts";
import type { Condition } from "./clause.ts";

/** A flag that is decided by the first condition that matches. */
export interface FirstMatch {
  readonly conditions: readonly Condition[];
  /** By the index that {@link firstMatch} returns. */
  readonly outcomes: readonly EvaluationOutcome[];
}

/** A flag that has one outcome for all contexts. */
export function unconditional(outcome: EvaluationOutcome): FirstMatch {
  return { conditions: [], outcomes: [outcome] };
}

/**
 * The index of the first condition that matches; their number if none does; one more if one of those before is
 * malformed.
 */
export function firstMatch(conditions: readonly Condition[], run: Run): number {
  for (let index = 0; index < conditions.length; index++) {
    const match = conditions[index]?.(run);
    if (match === true) return index;
    if (match === "malformed") return conditions.length + 1;
  }
  return conditions.length;
}
