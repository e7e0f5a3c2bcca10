import type { FlagModel } from "../model/flag-model.ts";
import type { FlagOutcomes } from "../result/flag-outcomes.ts";
import { Outcome } from "../result/outcome.ts";
import type { ClausePool } from "./clause.ts";
import { type Decide, type Decision, decider } from "./decide.ts";
import { straight, wayOf } from "./fork.ts";
import { compileServed } from "./served.ts";

/** Compiles the rules of a flag, of which the first that holds counts, and what is served if none does. */
export function compileRules(flag: FlagModel, outcomes: FlagOutcomes, clauses: ClausePool): Decision {
  const questions = flag.rules.map((rule) => clauses.all(rule.clauses));
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
  const endings = [...served, fallthrough, outcomes.broken()];
  if (endings.every((ending) => ending instanceof Outcome)) return { questions, endings };
  const decide = endings.map((ending) => decider(ending instanceof Outcome ? straight(ending) : ending));
  return (run) => (decide[wayOf(questions, run)] as Decide)(run);
}
