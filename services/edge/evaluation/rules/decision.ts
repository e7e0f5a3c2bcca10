import type { FlagModel, RuleModel } from "../model/flag-model.ts";
import type { FlagOutcomes } from "../result/flag-outcomes.ts";
import type { Outcome } from "../result/outcome.ts";
import type { Run } from "../run.ts";
import { compileClauses } from "./clause.ts";
import { compilePrerequisites } from "./prerequisites.ts";
import { compileServed } from "./served.ts";
import { compileTargets, type Targeted } from "./targets.ts";

/** How the outcome of a flag is found. */
export type Decision =
  /** The context does not matter, unless it is targeted by its key. */
  | { readonly kind: "constant"; readonly targeted: Targeted | undefined; readonly outcome: Outcome }
  | { readonly kind: "dynamic"; readonly decide: (run: Run) => Outcome };

/** A part of a decision, which leads to an outcome, or on to the next part. */
type Stage = (run: Run) => Outcome | undefined;

/** Compiles a flag: prerequisites first, then targets, then rules in their order, then what is left for the rest. */
export function compileDecision(flag: FlagModel, outcomes: FlagOutcomes): Decision {
  if (!flag.on) return { kind: "constant", targeted: undefined, outcome: outcomes.off() };
  const { prerequisites, rules, fallthrough } = flag;
  const targeted = compileTargets(flag, (variation) => outcomes.target(variation));
  if (prerequisites.length === 0 && rules.length === 0 && fallthrough.kind === "variation")
    return { kind: "constant", targeted, outcome: outcomes.fallthrough(fallthrough.variation, false) };
  const stages: Stage[] = [];
  if (prerequisites.length > 0) stages.push(compilePrerequisites(prerequisites, outcomes));
  if (targeted !== undefined) stages.push(({ context }) => targeted(context));
  stages.push(...rules.map((rule, index) => ruleStage(rule, index, flag, outcomes)));
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
  return { kind: "dynamic", decide };
}

function ruleStage(rule: RuleModel, index: number, flag: FlagModel, outcomes: FlagOutcomes): Stage {
  const holds = compileClauses(rule.clauses);
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
