import type { SeededRandom } from "../bus-world/seeded-random.ts";
import { GO_DATES, GO_NUMBERS, GO_REFERENCES, GO_VERSIONS, RE2_PATTERNS } from "./beyond-node.ts";
import type { Dialect } from "./dialect.ts";
import { DATES, KINDS, NUMBERS, PATTERNS, SEGMENT_KEYS, TEXTS, VERSIONS } from "./vocabulary.ts";

type Members = Readonly<Record<string, unknown>>;

/** How an operator's clauses look: what it is asked about, and what is compared. */
interface Family {
  readonly operators: readonly string[];
  readonly attributes: readonly string[];
  readonly values: readonly unknown[];
}

const TEXT_ATTRIBUTES = [
  "key",
  "name",
  "email",
  "plan",
  "tags",
  "mixed",
  "country",
  "kind",
  "/plan",
  "a/b",
  "__proto__",
];

/** Random conditions, of which enough are met by random contexts. */
export class RandomClauses {
  readonly #random: SeededRandom;
  readonly #go: boolean;
  readonly #families: readonly Family[];

  constructor(random: SeededRandom, dialect: Dialect) {
    this.#random = random;
    this.#go = dialect === "go";
    const beyond = <T>(words: readonly T[]) => (this.#go ? words : []);
    this.#families = [
      { operators: ["in"], attributes: TEXT_ATTRIBUTES, values: TEXTS },
      {
        operators: ["in"],
        attributes: ["beta", "anonymous"],
        values: [true, false, "true", ...beyond([null])],
      },
      {
        operators: ["in"],
        attributes: ["age", "mixed"],
        values: [...NUMBERS, ...beyond(GO_NUMBERS), [1], {}, ...beyond([null])],
      },
      {
        operators: ["startsWith", "endsWith", "contains"],
        attributes: TEXT_ATTRIBUTES,
        values: ["a", "ann", "key-1", "example.com", "", "b", "us", "7", 1, null, "__proto__", "😀"],
      },
      {
        operators: ["matches"],
        attributes: TEXT_ATTRIBUTES,
        values: [...PATTERNS, ...beyond(RE2_PATTERNS), 1, null],
      },
      {
        operators: ["lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual"],
        attributes: ["age", "age", "mixed"],
        values: [...NUMBERS, ...beyond(GO_NUMBERS), "17", null],
      },
      {
        operators: ["before", "after"],
        attributes: ["joined", "joined", "joined", "mixed", "age"],
        values: [...DATES, ...beyond(GO_DATES), true, null],
      },
      {
        operators: ["semVerEqual", "semVerLessThan", "semVerGreaterThan"],
        attributes: ["version", "version", "version", "mixed"],
        values: [...VERSIONS, ...beyond(GO_VERSIONS), 1, null],
      },
      {
        operators: ["unknownOperator", "IN", "", ...beyond(["constructor"])],
        attributes: TEXT_ATTRIBUTES,
        values: TEXTS,
      },
    ];
  }

  /** A condition that can be evaluated; it may refer to these segments. */
  sound(segments: readonly string[]): Members {
    const { chance, pick } = this.#draws;
    if (chance(0.25)) return this.#segmentMatch(segments);
    const family = pick(this.#families);
    return {
      ...this.#subject(family),
      op: pick(family.operators),
      ...this.#values(family),
      ...this.#negate(),
    };
  }

  /** A condition that is no valid one, or asks about segments of which some are not. */
  invalid(): Members {
    const { pick, chance } = this.#draws;
    if (chance(0.4)) return this.#segmentMatch(SEGMENT_KEYS);
    const reference = pick(["/", "//", "/a//b", "/~2", "/a~", "//a"]);
    return {
      ...pick([
        {},
        { attribute: "" },
        { attribute: null },
        { attribute: "", contextKind: "org" },
        { attribute: reference, contextKind: pick(KINDS) },
      ]),
      op: pick(["in", "unknownOperator"]),
      values: [pick(TEXTS)],
      ...this.#negate(),
    };
  }

  #segmentMatch(segments: readonly string[]): Members {
    const { chance, pick, between } = this.#draws;
    const values: unknown[] = Array.from({ length: between(0, 3) }, () => pick(segments));
    if (chance(0.1)) values.unshift(pick([1, null, {}]));
    const attribute = pick([
      {},
      { attribute: "" },
      { attribute: "key" },
      { attribute: "/", contextKind: "org" },
    ]);
    return { ...attribute, op: "segmentMatch", values, ...this.#negate() };
  }

  /** The attribute, by its name or by reference. */
  #subject({ attributes }: Family): Members {
    const { chance, pick } = this.#draws;
    if (this.#go && chance(0.1)) return { attribute: pick(GO_REFERENCES), contextKind: pick(KINDS) };
    if (this.#go && chance(0.1))
      return { attribute: pick([...attributes, "/plan", "_meta"]), contextKind: "" };
    if (chance(0.2)) {
      // Node leaves an escape at the begin of a name as it is.
      const beyondNode = this.#go ? ["/~0t", "/~1"] : [];
      const references = ["/address/city", "/address/geo/lat", "/address/geo/a~1b", "/address/tags"];
      const more = [
        "/a~1b",
        "/key",
        "/name",
        "/tags/0",
        "/address/city/x",
        "/__proto__",
        "/mixed/x",
        "address",
        ...beyondNode,
      ];
      return { attribute: pick([...references, ...more]), ...(chance(0.8) && { contextKind: pick(KINDS) }) };
    }
    const attribute = pick(attributes);
    // A single slash would be a reference here, and mean something else.
    if (attribute.startsWith("/") || chance(0.5)) return { attribute };
    // Node takes any context that lacks the kind for one that is not anonymous.
    if (attribute === "anonymous" && !this.#go) return { attribute };
    return { attribute, contextKind: pick(KINDS) };
  }

  #values({ values }: Family): Members {
    const { chance, pick, between } = this.#draws;
    if (this.#go && chance(0.05)) return pick([{}, { values: null }]);
    return {
      values: Array.from({ length: between(0, 4) }, () => (chance(0.05) ? pick(TEXTS) : pick(values))),
    };
  }

  #negate(): Members {
    const { chance } = this.#draws;
    return chance(0.5) ? { negate: chance(0.5) } : {};
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
