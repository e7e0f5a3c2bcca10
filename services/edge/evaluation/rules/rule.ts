import type { FlagModel } from "../model/flag-model.ts";
import type { FlagOutcomes } from "../result/flag-outcomes.ts";
import { EvaluationOutcome } from "../result/outcome.ts";
import type { ClausePool } from "./clause.ts";
import { type Decide, type Decision, decider } from "./decide.ts";
import { firstMatch, unconditional } from "./first-match.ts";
import { compileServed } from "./served.ts";

/** Compiles the rules of a flag, of which the first that holds counts, and what is served if none does. */
export function compileRules(flag: FlagModel, outcomes: FlagOutcomes, clauses: ClausePool): Decision {
  const conditions = flag.rules.map((rule) => clauses.all(rule.clauses));
  const served = flag.rules.map((rule, index) =>
    compileServed(
      rule.served,
      flag,
      (variation, inExperiment) => outcomes.rule(rule, index, variation, inExperiment),
      outcomes.unservable(),
    ),
  );
  const fallthrough = compileServed(
    flag.fallthrough,
    flag,
    (variation, inExperiment) => outcomes.fallthrough(variation, inExperiment),
    outcomes.unservable(),
  );
  const decisions = [...served, fallthrough, outcomes.broken()];
  if (decisions.every((decision) => decision instanceof EvaluationOutcome))
    return { conditions, outcomes: decisions };
  const decide = decisions.map((decision) =>
    decider(decision instanceof EvaluationOutcome ? unconditional(decision) : decision),
  );
  return (run) => (decide[firstMatch(conditions, run)] as Decide)(run);
}
