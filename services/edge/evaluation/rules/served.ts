import type { RolloutModel, ServedModel } from "../model/rollout-model.ts";
import type { EvaluationOutcome } from "../result/outcome.ts";
import { compileBucket, digitsOf } from "./bucket.ts";
import type { Decide } from "./decide.ts";

/** What a rule makes of the variation that it serves. */
export type OutcomeOf = (variation: number, inExperiment: boolean) => EvaluationOutcome;

/** How a flag mixes its rollouts' hashes, unless they have a seed. */
export interface Salted {
  readonly key: string;
  readonly salt: string;
}

/** Weights are parts of this. */
const WHOLE = 100_000;

/** Compiles what a rule or the fallthrough serves; `malformed` stands for what cannot be served. */
export function compileServed(
  served: ServedModel,
  salted: Salted,
  outcomeOf: OutcomeOf,
  malformed: EvaluationOutcome,
): Decide | EvaluationOutcome {
  if (served.kind === "rollout") return compileRollout(served.rollout, salted, outcomeOf, malformed);
  return outcomeOf(served.variation, false);
}

function compileRollout(
  rollout: RolloutModel,
  salted: Salted,
  outcomeOf: OutcomeOf,
  malformed: EvaluationOutcome,
): Decide | EvaluationOutcome {
  const { isExperiment, variations, seed } = rollout;
  const bucketOf = compileBucket({ ...rollout, prefix: prefixOf(seed, salted) });
  if (variations.length === 0 || bucketOf === undefined) return malformed;
  const steps = stepsOf(rollout).map(({ below, variation, untracked }) => ({
    below,
    outcome: outcomeOf(variation, isExperiment && !untracked),
    untrackedOutcome: outcomeOf(variation, false),
  }));
  const last = steps[steps.length - 1]?.outcome ?? malformed;
  return ({ context }) => {
    const bucket = bucketOf(context);
    // Contexts without the kind are served as if they came first, but are not part of the experiment.
    for (const { below, outcome, untrackedOutcome } of steps)
      if ((bucket ?? 0) < below) return bucket === undefined ? untrackedOutcome : outcome;
    return last;
  };
}

/** A seed makes rollouts of several flags alike. One beyond 64 bits becomes the least number of them, as in Go. */
function prefixOf(seed: number | undefined, { key, salt }: Salted): string {
  return seed === undefined ? `${key}.${salt}` : (digitsOf(seed) ?? String(-(2n ** 63n)));
}

/** Where each variation's share ends. Sums are of 32 bits, as in the Go relay. */
function stepsOf({ variations }: RolloutModel) {
  let below = 0;
  return variations.map(({ variation, weight, untracked }) => {
    below = Math.fround(below + Math.fround(Math.fround(weight) / WHOLE));
    return { below, variation, untracked };
  });
}
