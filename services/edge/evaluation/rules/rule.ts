import type { FlagModel } from "../model/flag-model.ts";
import type { FlagOutcomes } from "../result/flag-outcomes.ts";
import type { Outcome } from "../result/outcome.ts";
import { type ClausePool, type Condition, compileClauses } from "./clause.ts";
import { type Decide, decider } from "./decide.ts";
import { compileServed } from "./served.ts";

/** Compiles the rules of a flag, of which the first that holds counts, and what is served if none does. */
export function compileRules(flag: FlagModel, outcomes: FlagOutcomes, clauses: ClausePool): Decide | Outcome {
  const fallthrough = compileServed(
    flag.fallthrough,
    flag,
    (variation, inExperiment) => outcomes.fallthrough(variation, inExperiment),
    outcomes.unservable(),
  );
  const broken = outcomes.broken();
  return flag.rules.reduceRight((otherwise: Decide | Outcome, rule, index) => {
    const served = compileServed(
      rule.served,
      flag,
      (variation, inExperiment) => outcomes.rule(rule, index, variation, inExperiment),
      outcomes.unservable(),
    );
    return decideRule(compileClauses(rule.clauses, clauses), served, otherwise, broken);
  }, fallthrough);
}

function decideRule(
  holds: Condition,
  served: Decide | Outcome,
  otherwise: Decide | Outcome,
  broken: Outcome,
): Decide {
  const [serve, goOn] = [decider(served), decider(otherwise)];
  return (run) => {
    const match = holds(run);
    if (match === false) return goOn(run);
    return match === "malformed" ? broken : serve(run);
  };
}
