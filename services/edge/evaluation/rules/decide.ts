import type { Outcome } from "../result/outcome.ts";
import type { Run } from "../run.ts";

/** Finds the outcome for a run's context. */
export type Decide = (run: Run) => Outcome;

/** For what is the same for all contexts, a function that says so. */
export function decider(decision: Decide | Outcome): Decide {
  return typeof decision === "function" ? decision : () => decision;
}
