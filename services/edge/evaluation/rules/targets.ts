import { DEFAULT_KIND, type EvaluationContext } from "../context/evaluation-context.ts";
import type { FlagModel, TargetModel } from "../model/flag-model.ts";
import type { EvaluationOutcome } from "../result/outcome.ts";

/** The targets of a flag. */
export interface Targets {
  /** The outcome for a context that is targeted by its key; `undefined` for all others. */
  readonly find: (context: EvaluationContext) => EvaluationOutcome | undefined;
  /** Of all kinds. */
  readonly targetedKeys: readonly string[];
}

/** A target that a key is in. Of several the first in the flag counts. */
interface Place {
  readonly rank: number;
  readonly outcome: EvaluationOutcome;
}

/** Compiles the targets of a flag into one index. */
export function compileTargets(
  flag: FlagModel,
  outcomeOf: (variation: number) => EvaluationOutcome,
): Targets {
  const placesByKind = new Map<string, Map<string, Place>>();
  for (const [rank, { contextKind, values, variation }] of targetsInOrder(flag).entries()) {
    const kind = contextKind === "" ? DEFAULT_KIND : contextKind;
    const places = placesByKind.get(kind) ?? new Map<string, Place>();
    placesByKind.set(kind, places);
    const place: Place = { rank, outcome: outcomeOf(variation) };
    for (const key of values) if (!places.has(key)) places.set(key, place);
  }
  const indexes = [...placesByKind];
  const find = (context: EvaluationContext): EvaluationOutcome | undefined => {
    let first: Place | undefined;
    for (const [kind, places] of indexes) {
      const individual = context.ofKind(kind);
      const place = individual && places.get(individual.key);
      if (place !== undefined && (first === undefined || place.rank < first.rank)) first = place;
    }
    return first?.outcome;
  };
  return { find, targetedKeys: indexes.flatMap(([, places]) => [...places.keys()]) };
}

/**
 * Targets as they are tried. With `contextTargets`, an entry for users without values of its own stands for the first
 * of `targets` with its variation.
 */
function targetsInOrder({ targets, contextTargets }: FlagModel): readonly TargetModel[] {
  if (contextTargets.length === 0) return targets;
  return contextTargets.flatMap((target) => {
    const isForUsers = target.contextKind === "" || target.contextKind === DEFAULT_KIND;
    if (!isForUsers || target.values.length > 0) return target;
    return targets.find(({ variation }) => variation === target.variation) ?? [];
  });
}
