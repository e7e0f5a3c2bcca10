import type { PrerequisiteModel } from "../model/flag-model.ts";
import type { FlagOutcomes } from "../result/flag-outcomes.ts";
import { type Decision, decider } from "./decide.ts";

/** Compiles the prerequisites of a flag: they are tried in their order, and if all are met, `next` decides. */
export function compilePrerequisites(
  prerequisites: readonly PrerequisiteModel[],
  outcomes: FlagOutcomes,
  next: Decision,
): Decision {
  if (prerequisites.length === 0) return next;
  const goOn = decider(next);
  const broken = outcomes.broken();
  const steps = prerequisites.map(({ key, variation }, index) => ({
    key,
    variation,
    failed: outcomes.prerequisiteFailed(index),
    missing: outcomes.prerequisiteMissing(index),
  }));
  return (run) => {
    for (const { key, variation, failed, missing } of steps) {
      const flag = run.items.flags.get(key)?.compiled;
      if (flag === undefined) return missing;
      const outcome = flag.evaluate(run);
      if (outcome.breaksDependents) return broken;
      // What is served while a flag is off was not chosen for this context.
      if (!flag.on || outcome.variation !== variation) return failed;
    }
    return goOn(run);
  };
}
