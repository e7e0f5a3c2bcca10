import type { SeededRandom } from "../bus-world/seeded-random.ts";
import { GO_REFERENCES, GO_SEEDS, GO_WEIGHTS } from "./beyond-node.ts";
import type { Dialect } from "./dialect.ts";
import { RandomClauses } from "./random-clauses.ts";
import { KINDS, MOST_WEIGHTS, SEEDS, WEIGHTS } from "./vocabulary.ts";

type Members = Readonly<Record<string, unknown>>;

interface ItemChoices {
  /** Whether it may be invalid. */
  readonly malformed: boolean;
}

interface SegmentChoices extends ItemChoices {
  /** The segments that conditions may ask about. */
  readonly segments: readonly string[];
}

export interface VariationChoices extends ItemChoices {
  /** How many variations the flag has. */
  readonly variations: number;
}

type FlagChoices = SegmentChoices & VariationChoices;

/** Random rules of flags and segments, and what they serve. */
export class RandomRules {
  readonly #random: SeededRandom;
  readonly #go: boolean;
  readonly #clauses: RandomClauses;

  constructor(random: SeededRandom, dialect: Dialect) {
    this.#random = random;
    this.#go = dialect === "go";
    this.#clauses = new RandomClauses(random, dialect);
  }

  flagRule(id: string, choices: FlagChoices): Members {
    const { chance } = this.#draws;
    return {
      ...(chance(0.9) && { id: this.#go && chance(0.1) ? "" : id }),
      ...this.#clausesOf(choices),
      ...this.variationOrRollout(choices),
      ...(chance(0.7) && { trackEvents: chance(0.5) }),
    };
  }

  segmentRule(id: string, choices: SegmentChoices): Members {
    const { chance, pick } = this.#draws;
    const clauses = this.#clausesOf(choices);
    if (chance(0.5)) return { id, ...clauses };
    const weight = pick<number | null>(this.#go ? [null, ...WEIGHTS, ...GO_WEIGHTS] : WEIGHTS);
    if (this.#go) {
      const contextKind = chance(0.5) ? { rolloutContextKind: pick(["", ...KINDS]) } : {};
      return { id, ...clauses, weight, ...contextKind, ...this.#bucketBy(choices) };
    }
    // Where the context lacks the kind, Go sees no match and Node one: so a clause asks for the kind first.
    const rolloutContextKind = pick(KINDS);
    const ofThisKind = {
      contextKind: rolloutContextKind,
      attribute: "key",
      op: "in",
      values: [],
      negate: true,
    };
    return {
      id,
      clauses: [ofThisKind, ...(clauses.clauses as unknown[])],
      weight,
      rolloutContextKind,
      ...this.#bucketBy(choices),
    };
  }

  variationOrRollout(choices: FlagChoices): Members {
    const { chance } = this.#draws;
    if (choices.malformed && chance(0.1)) return {};
    if (chance(0.5)) return { variation: this.variation(choices), ...(chance(0.1) && { rollout: null }) };
    return { rollout: this.#rollout(choices), ...(chance(0.1) && { variation: null }) };
  }

  /** The index of a variation; one in a malformed flag may be out of range. */
  variation({ variations, malformed }: VariationChoices): number {
    const { chance, between, pick } = this.#draws;
    if (malformed && chance(0.3)) return pick([-1, variations, 99]);
    const variation = between(0, Math.max(0, variations - 1));
    return this.#go && chance(0.05) ? variation + 0.9 : variation;
  }

  #rollout(choices: FlagChoices): Members {
    const { chance, pick, between } = this.#draws;
    const count = choices.malformed && chance(0.2) ? 0 : between(1, this.#go ? 5 : MOST_WEIGHTS);
    const variations = Array.from({ length: count }, () => ({
      variation: this.variation(choices),
      weight: pick(this.#go ? [...WEIGHTS, ...GO_WEIGHTS] : WEIGHTS),
      ...(chance(0.3) && { untracked: chance(0.7) }),
    }));
    const contextKind = chance(0.6) ? { contextKind: pick(this.#go ? ["", ...KINDS] : KINDS) } : {};
    return {
      ...(chance(0.7) && { kind: pick(["rollout", "experiment", "experiment", "other"]) }),
      ...contextKind,
      variations,
      ...this.#bucketBy(choices),
      ...(chance(0.4) && {
        seed: pick<number | null>(this.#go ? [null, ...SEEDS, ...GO_SEEDS] : [null, ...SEEDS]),
      }),
    };
  }

  #bucketBy({ malformed }: ItemChoices): Members {
    const { chance, pick } = this.#draws;
    if (chance(0.5)) return {};
    if (malformed && chance(0.3)) return { bucketBy: pick(["/", "//", "/a~2", "/a//b"]) };
    const usual = [null, "", "key", "email", "age", "plan", "name", "beta", "tags", "/address/city", "/plan"];
    return { bucketBy: pick(this.#go && chance(0.3) ? ["kind", "anonymous", ...GO_REFERENCES] : usual) };
  }

  #clausesOf({ segments, malformed }: SegmentChoices): Members {
    const { chance, between, pick } = this.#draws;
    if (this.#go && chance(0.05)) return pick([{}, { clauses: null }]);
    const clauses: unknown[] = Array.from({ length: between(0, 3) }, () => this.#clauses.sound(segments));
    // After an invalid clause, Node would go on with the next one; so in its dialect, it is always the last.
    if (malformed && chance(0.4)) clauses.push(this.#clauses.invalid());
    if (this.#go && malformed && chance(0.3)) clauses.unshift(this.#clauses.invalid());
    return { clauses };
  }

  get #draws() {
    const random = this.#random;
    return {
      pick: <T>(choices: readonly T[]) => random.pick(choices),
      chance: (probability: number) => random.chance(probability),
      between: (least: number, most: number) => random.between(least, most),
    };
  }
}
