import { type Attribute, attributeOf } from "./attribute-reference.ts";
import {
  asObject,
  flagOf,
  integerOf,
  type JsonObject,
  listOf,
  optionalInteger,
  optionalObject,
  textOf,
} from "./reading.ts";

/** What is served to whom a rule, or no rule, applies: a variation, or one by chance. */
export type ServedModel =
  | { readonly kind: "variation"; readonly variation: number }
  | { readonly kind: "rollout"; readonly rollout: RolloutModel };

/** Variations by weights: each context falls, always again, into the same place between 0 and 100,000. */
export interface RolloutModel {
  readonly isExperiment: boolean;
  /** Empty: that of users. */
  readonly contextKind: string;
  readonly bucketBy: Attribute;
  readonly seed: number | undefined;
  readonly variations: readonly WeightedVariation[];
}

interface WeightedVariation {
  readonly variation: number;
  readonly weight: number;
  /** Within an experiment: served, but not counted. */
  readonly untracked: boolean;
}

/** The `variation` or `rollout` in a rule or fallthrough; neither is a rollout without variations. */
export function readServed(object: JsonObject): ServedModel {
  const variation = optionalInteger(object, "variation");
  if (variation !== undefined) return { kind: "variation", variation };
  const rollout = optionalObject(object, "rollout") ?? {};
  const contextKind = textOf(rollout, "contextKind");
  return {
    kind: "rollout",
    rollout: {
      isExperiment: textOf(rollout, "kind") === "experiment",
      contextKind,
      bucketBy: attributeOf(textOf(rollout, "bucketBy"), contextKind),
      seed: optionalInteger(rollout, "seed"),
      variations: listOf(rollout, "variations", readWeighted),
    },
  };
}

function readWeighted(value: unknown): WeightedVariation {
  const weighted = asObject(value);
  return {
    variation: integerOf(weighted, "variation"),
    weight: integerOf(weighted, "weight"),
    untracked: flagOf(weighted, "untracked"),
  };
}
