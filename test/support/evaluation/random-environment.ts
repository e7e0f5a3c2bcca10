import type { SeededRandom } from "../bus-world/seeded-random.ts";
import type { Dialect } from "./dialect.ts";
import { RandomRules, type VariationChoices } from "./random-rules.ts";
import { FLAG_KEYS, KINDS, SALTS, SEGMENT_KEYS, TEXTS } from "./vocabulary.ts";

/** An item as LaunchDarkly would send it, parsed. */
export type RandomItem = Readonly<Record<string, unknown>>;

export interface RandomEnvironmentData {
  readonly flags: ReadonlyMap<string, RandomItem>;
  readonly segments: ReadonlyMap<string, RandomItem>;
}

const VALUES: readonly unknown[] = [
  true,
  false,
  null,
  0,
  1.5,
  -7,
  "",
  "text",
  'with "quotes" and ü',
  [],
  [1, [null]],
  {},
  { a: { b: null }, constructor: 1 },
];

/**
 * Random flags and segments. About one in seven is malformed. In the common dialect, only sound items are referred to
 * by others, and only by later ones: how far an error reaches is where Go and Node differ.
 */
export class RandomEnvironments {
  readonly #random: SeededRandom;
  readonly #dialect: Dialect;
  readonly #rules: RandomRules;
  /** What others may refer to. */
  #sound: { flags: string[]; segments: string[] } = { flags: [], segments: [] };

  constructor(random: SeededRandom, dialect: Dialect) {
    this.#random = random;
    this.#dialect = dialect;
    this.#rules = new RandomRules(random, dialect);
  }

  next(): RandomEnvironmentData {
    this.#sound = { flags: [], segments: [] };
    const chosen = (keys: readonly string[], share: number) => keys.filter(() => this.#random.chance(share));
    const segments = new Map(chosen(SEGMENT_KEYS, 0.6).map((key) => [key, this.segment(key)]));
    const flags = new Map(chosen(FLAG_KEYS, 0.7).map((key) => [key, this.flag(key)]));
    return { flags, segments };
  }

  /** A flag of this key, which may refer to those made before. */
  flag(key: string): RandomItem {
    const { chance, pick, between } = this.#draws;
    const malformed = chance(0.15);
    const count = between(malformed || this.#go ? 0 : 1, 4);
    const variations = Array.from({ length: count }, () => pick(VALUES));
    const choices = { variations: count, malformed, segments: this.#segments() };
    const item = {
      key,
      version: between(1, 1000),
      on: chance(0.85),
      salt: pick(SALTS),
      variations,
      ...this.#some({
        offVariation: () => (chance(0.2) ? null : this.#rules.variation(choices)),
        prerequisites: () => (chance(0.75) ? [] : this.#prerequisites()),
        targets: () => this.#list(2, () => this.#target(choices)),
        contextTargets: () => (chance(0.5) ? [] : this.#list(3, () => this.#contextTarget(choices))),
        rules: () => this.#list(3, (index) => this.#rules.flagRule(`rule-${index}`, choices)),
        trackEvents: () => chance(0.5),
        trackEventsFallthrough: () => chance(0.5),
        debugEventsUntilDate: () => pick([null, 0, 1_700_000_000_000]),
        clientSide: () => chance(0.5),
        clientSideAvailability: () =>
          pick([
            null,
            {},
            { usingMobileKey: chance(0.5), usingEnvironmentId: chance(0.5) },
            { usingMobileKey: true },
          ]),
        deleted: () => false,
        unknown: () => pick(VALUES),
      }),
      ...(!(malformed && chance(0.2)) && { fallthrough: this.#rules.variationOrRollout(choices) }),
    };
    if (!malformed) this.#sound.flags.push(key);
    return item;
  }

  segment(key: string): RandomItem {
    const { chance, pick, between } = this.#draws;
    const unbounded = chance(0.15);
    const malformed = chance(0.15) && (this.#go || !unbounded);
    // Node's evaluator never ends in a cycle with unbounded segments.
    const segments = unbounded && !this.#go ? ["missing"] : this.#segments();
    const item = {
      key,
      version: between(1, 1000),
      salt: pick(SALTS),
      ...this.#some({
        included: () => this.#texts(),
        excluded: () => this.#texts(),
        includedContexts: () => this.#list(2, () => this.#segmentTarget()),
        excludedContexts: () => this.#list(2, () => this.#segmentTarget()),
        rules: () =>
          this.#list(3, (index) => this.#rules.segmentRule(`rule-${index}`, { malformed, segments })),
        deleted: () => false,
      }),
      ...(unbounded && this.#unbounded()),
    };
    if (!malformed) this.#sound.segments.push(key);
    return item;
  }

  #unbounded(): RandomItem {
    const { pick, chance } = this.#draws;
    // Node takes generation 0 for none, and Go reports a missing one even where the context lacks the kind.
    if (!this.#go)
      return { unbounded: true, generation: 1, ...this.#some({ unboundedContextKind: () => pick(KINDS) }) };
    return {
      unbounded: chance(0.9),
      ...this.#some({
        unboundedContextKind: () => pick(["", ...KINDS]),
        generation: () => pick([null, 0, 2]),
      }),
    };
  }

  #prerequisites(): unknown {
    const { chance, pick, between } = this.#draws;
    if (this.#go && chance(0.1)) return null;
    const keys = this.#go ? FLAG_KEYS : [...this.#sound.flags, "missing"];
    return Array.from({ length: between(1, 2) }, () => ({ key: pick(keys), variation: between(0, 2) }));
  }

  #target(choices: VariationChoices): RandomItem {
    const { chance, pick } = this.#draws;
    const contextKind = this.#go && chance(0.3) ? { contextKind: pick(["", ...KINDS]) } : {};
    return { ...contextKind, variation: this.#rules.variation(choices), ...this.#values() };
  }

  #contextTarget(choices: VariationChoices): RandomItem {
    const { chance, pick } = this.#draws;
    const variation = this.#rules.variation(choices);
    const contextKind = pick(this.#go ? ["", ...KINDS] : KINDS);
    // Node ignores the values of users that stand here, Go does not.
    if (contextKind === "user" && !this.#go) return { contextKind, variation, values: [] };
    if (this.#go && chance(0.1)) return { variation, ...this.#values() };
    return { contextKind, variation, ...this.#values() };
  }

  #segmentTarget(): RandomItem {
    const { chance, pick } = this.#draws;
    // Go skips all of these for a context that is only a user; Node does not.
    if (!this.#go) return { contextKind: pick(["org", "device"]), values: this.#texts() };
    return { ...(chance(0.9) && { contextKind: pick(["", ...KINDS]) }), ...this.#values() };
  }

  #values(): RandomItem {
    const { chance } = this.#draws;
    if (!this.#go || chance(0.9)) return { values: this.#texts() };
    return chance(0.5) ? { values: null } : {};
  }

  #texts(): string[] {
    const { chance, pick, between } = this.#draws;
    // Above a hundred, Node keeps them in sets.
    const count = chance(0.05) ? 110 : between(0, 8);
    return Array.from({ length: count }, () => pick(TEXTS));
  }

  /** What any rule may refer to. */
  #segments(): readonly string[] {
    return [...(this.#go ? SEGMENT_KEYS : this.#sound.segments), "missing"];
  }

  /** Most of these members. */
  #some(members: Readonly<Record<string, () => unknown>>): RandomItem {
    const { chance } = this.#draws;
    const present = Object.entries(members).flatMap(([name, make]) => {
      if (chance(0.15)) return [];
      return [[name, make()] as const];
    });
    return Object.fromEntries(present);
  }

  #list(most: number, make: (index: number) => unknown): unknown[] | null {
    if (this.#random.chance(0.05)) return null;
    return Array.from({ length: this.#random.between(0, most) }, (_, index) => make(index));
  }

  get #go(): boolean {
    return this.#dialect === "go";
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
