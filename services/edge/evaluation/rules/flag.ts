import { worse } from "../big-segments.ts";
import type { FlagModel } from "../model/flag-model.ts";
import type { FlagOutcomes } from "../result/flag-outcomes.ts";
import type { EvaluationOutcome } from "../result/outcome.ts";
import type { PrerequisiteFlag, Run } from "../run.ts";
import type { ClausePool } from "./clause.ts";
import { type Decide, type Decision, decider } from "./decide.ts";
import { unconditional } from "./first-match.ts";
import { compilePrerequisites } from "./prerequisites.ts";
import { compileRules } from "./rule.ts";
import { compileTargets } from "./targets.ts";

/** A flag that is ready to be evaluated. */
export interface CompiledFlag extends PrerequisiteFlag {
  /** How it is decided for contexts that no flag targets. */
  readonly untargeted: Decision;
  /** The keys that it targets, of all kinds. */
  readonly targetedKeys: readonly string[];
}

/** A flag that has one outcome for all. */
export function constantFlag(on: boolean, outcome: EvaluationOutcome): CompiledFlag {
  return { on, evaluate: () => outcome, untargeted: unconditional(outcome), targetedKeys: [] };
}

/** Compiles a flag: prerequisites first, then targets, then rules in their order, then what is left for the rest. */
export function compileFlagRules(flag: FlagModel, outcomes: FlagOutcomes, clauses: ClausePool): CompiledFlag {
  if (!flag.on) return constantFlag(false, outcomes.off());
  const rules = compileRules(flag, outcomes, clauses);
  const untargeted = compilePrerequisites(flag.prerequisites, outcomes, rules);
  const { targetedKeys, find } = compileTargets(flag, (variation) => outcomes.target(variation));
  const rest = decider(rules);
  const targets: Decide = (run) => find(run.context) ?? rest(run);
  const anybody = decider(compilePrerequisites(flag.prerequisites, outcomes, targets));
  const others = decider(untargeted);
  const evaluate: Decide = (run) => (run.mayBeTargeted ? anybody(run) : others(run));
  if (!refersToOthers(flag)) return { on: true, evaluate, untargeted, targetedKeys };
  const once = remembered(evaluate, outcomes.broken());
  return { on: true, evaluate: once, untargeted: once, targetedKeys };
}

/** Only such a flag can turn out to rest on itself, and only such a one may ask for big segments. */
function refersToOthers({ prerequisites, rules }: FlagModel): boolean {
  return (
    prerequisites.length > 0 || rules.some(({ clauses }) => clauses.some(({ op }) => op === "segmentMatch"))
  );
}

/**
 * Decides once in a run. `circular` is the outcome for who asks while it is being worked out: a flag that rests on
 * itself, by whatever way. What was found on the way round depends on where that began, so it is not kept.
 */
function remembered(decide: Decide, circular: EvaluationOutcome): Decide {
  /** What came out in the run with this stamp; `undefined` while it is being worked out. */
  let stamp = 0;
  let outcome: EvaluationOutcome | undefined;
  const find = (run: Run): EvaluationOutcome => {
    stamp = run.stamp;
    outcome = undefined;
    const { cycles } = run;
    const found = withBigSegments(decide, run);
    if (run.cycles === cycles) outcome = found;
    else stamp = 0;
    return found;
  };
  return (run) => {
    if (stamp === run.stamp && outcome === undefined) {
      run.cycles += 1;
      return circular;
    }
    const found = (stamp === run.stamp && outcome) || find(run);
    run.bigSegmentsStatus = worse(run.bigSegmentsStatus, found.bigSegmentsStatus);
    return found;
  };
}

/** Decides, and lets the outcome say what was found of the big segments that were asked for on the way. */
function withBigSegments(decide: Decide, run: Run): EvaluationOutcome {
  const before = run.bigSegmentsStatus;
  run.bigSegmentsStatus = undefined;
  const outcome = decide(run);
  const status = run.bigSegmentsStatus;
  run.bigSegmentsStatus = before;
  return status === undefined ? outcome : outcome.withBigSegments(status);
}
