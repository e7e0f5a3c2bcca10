import type { Outcome } from "../result/outcome.ts";
import type { Run } from "../run.ts";
import type { Condition } from "./clause.ts";

/** A flag that is decided by questions alone: which of them is the first that holds. */
export interface Fork {
  readonly questions: readonly Condition[];
  /** Of each way, see {@link wayOf}. */
  readonly endings: readonly Outcome[];
}

/** The fork of a flag that has one outcome for all. */
export function straight(outcome: Outcome): Fork {
  return { questions: [], endings: [outcome] };
}

/**
 * Asks in turn: the index of the first question that holds; their number if none does; one more if one cannot be
 * understood.
 */
export function wayOf(questions: readonly Condition[], run: Run): number {
  for (let way = 0; way < questions.length; way++) {
    const match = questions[way]?.(run);
    if (match === true) return way;
    if (match === "malformed") return questions.length + 1;
  }
  return questions.length;
}
