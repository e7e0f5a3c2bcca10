import type { FlagModel, RuleModel } from "../model/flag-model.ts";
import type { FlagOutcomes } from "../result/flag-outcomes.ts";
import type { Outcome } from "../result/outcome.ts";
import type { Run } from "../run.ts";
import { type ClausePool, type Condition, compileClauses } from "./clause.ts";
import { compilePrerequisites } from "./prerequisites.ts";
import { compileServed } from "./served.ts";
import { compileTargets, type Targets } from "./targets.ts";

/** How the outcome of a flag is found. */
export type Decision =
  /** The context does not matter, unless it is targeted by its key. */
  | { readonly kind: "constant"; readonly targets: Targets; readonly outcome: Outcome }
  | { readonly kind: "dynamic"; readonly targets: Targets; readonly decide: (run: Run) => Outcome };

/** Nobody is targeted. */
const NO_TARGETS: Targets = { find: () => undefined, keys: [] };

/** The decision of a flag that has one outcome for all. */
export function always(outcome: Outcome): Decision {
  return { kind: "constant", targets: NO_TARGETS, outcome };
}

/** A part of a decision, which leads to an outcome, or on to the next part. */
type Stage = (run: Run) => Outcome | undefined;

/** Compiles a flag: prerequisites first, then targets, then rules in their order, then what is left for the rest. */
export function compileDecision(flag: FlagModel, outcomes: FlagOutcomes, clauses: ClausePool): Decision {
  if (!flag.on) return always(outcomes.off());
  const { prerequisites, rules, fallthrough } = flag;
  const targets = compileTargets(flag, (variation) => outcomes.target(variation));
  if (prerequisites.length === 0 && rules.length === 0 && fallthrough.kind === "variation")
    return { kind: "constant", targets, outcome: outcomes.fallthrough(fallthrough.variation, false) };
  const stages: Stage[] = [];
  if (prerequisites.length > 0) stages.push(compilePrerequisites(prerequisites, outcomes));
  if (targets.keys.length > 0)
    stages.push(({ mayBeTargeted, context }) => (mayBeTargeted ? targets.find(context) : undefined));
  for (const [index, rule] of rules.entries())
    stages.push(ruleStage(rule, index, flag, outcomes, compileClauses(rule.clauses, clauses)));
  const serveRest = compileServed(
    fallthrough,
    flag,
    (variation, inExperiment) => outcomes.fallthrough(variation, inExperiment),
    outcomes.unservable(),
  );
  const decide = (run: Run): Outcome => {
    for (const stage of stages) {
      const outcome = stage(run);
      if (outcome !== undefined) return outcome;
    }
    return serveRest(run);
  };
  return { kind: "dynamic", targets, decide };
}

function ruleStage(
  rule: RuleModel,
  index: number,
  flag: FlagModel,
  outcomes: FlagOutcomes,
  holds: Condition,
): Stage {
  const serve = compileServed(
    rule.served,
    flag,
    (variation, inExperiment) => outcomes.rule(rule, index, variation, inExperiment),
    outcomes.unservable(),
  );
  const broken = outcomes.broken();
  return (run) => {
    const match = holds(run);
    if (match === false) return undefined;
    return match === "malformed" ? broken : serve(run);
  };
}
