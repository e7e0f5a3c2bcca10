import type { EvaluationOutcome } from "../result/outcome.ts";
import type { Run } from "../run.ts";
import { type FirstMatch, firstMatch } from "./first-match.ts";

/** Finds the outcome for a run's context. */
export type Decide = (run: Run) => EvaluationOutcome;

/** A list of conditions with their outcomes where that is enough, else a function. */
export type Decision = Decide | FirstMatch;

export function decider(decision: Decision): Decide {
  if (typeof decision === "function") return decision;
  const { conditions, outcomes } = decision;
  const [only] = outcomes;
  if (only !== undefined && conditions.length === 0) return () => only;
  return (run) => outcomes[firstMatch(conditions, run)] as EvaluationOutcome;
}
