import type { FlagModel, RuleModel } from "../model/flag-model.ts";
import type { FlagOutcomes } from "../result/flag-outcomes.ts";
import type { Outcome } from "../result/outcome.ts";
import type { Run } from "../run.ts";
import { compileClauses } from "./clause.ts";
import { compilePrerequisites } from "./prerequisites.ts";
import { compileServed } from "./served.ts";
import { compileTargets } from "./targets.ts";

/** How the outcome of a flag is found. */
export type Decision =
  /** The context does not matter. */
  | { readonly kind: "constant"; readonly outcome: Outcome }
  | { readonly kind: "dynamic"; readonly decide: (run: Run) => Outcome };

/** A part of a decision, which leads to an outcome, or on to the next part. */
type Stage = (run: Run) => Outcome | undefined;

/** Compiles a flag: prerequisites first, then targets, then rules in their order, then what is left for the rest. */
export function compileDecision(flag: FlagModel, outcomes: FlagOutcomes): Decision {
  if (!flag.on) return { kind: "constant", outcome: outcomes.off() };
  const stages = [
    ...prerequisiteStage(flag, outcomes),
    ...targetStage(flag, outcomes),
    ...flag.rules.map((rule, index) => ruleStage(rule, index, flag, outcomes)),
  ];
  const { fallthrough } = flag;
  if (stages.length === 0 && fallthrough.kind === "variation")
    return { kind: "constant", outcome: outcomes.fallthrough(fallthrough.variation, false) };
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

function prerequisiteStage({ prerequisites }: FlagModel, outcomes: FlagOutcomes): Stage[] {
  return prerequisites.length === 0 ? [] : [compilePrerequisites(prerequisites, outcomes)];
}

function targetStage(flag: FlagModel, outcomes: FlagOutcomes): Stage[] {
  const find = compileTargets(flag, (variation) => outcomes.target(variation));
  return find === undefined ? [] : [({ context }) => find(context)];
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
