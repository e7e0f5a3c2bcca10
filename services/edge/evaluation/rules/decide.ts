import type { Outcome } from "../result/outcome.ts";
import type { Run } from "../run.ts";
import { type Fork, wayOf } from "./fork.ts";

/** Finds the outcome for a run's context. */
export type Decide = (run: Run) => Outcome;

/** What can be told from a look at the questions is a fork, the rest a function. */
export type Decision = Decide | Fork;

export function decider(decision: Decision): Decide {
  if (typeof decision === "function") return decision;
  const { questions, endings } = decision;
  const [only] = endings;
  if (only !== undefined && questions.length === 0) return () => only;
  return (run) => endings[wayOf(questions, run)] as Outcome;
}
