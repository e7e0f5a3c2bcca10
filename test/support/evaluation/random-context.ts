import type { SeededRandom } from "../bus-world/seeded-random.ts";
import { GO_DATES, GO_NUMBERS, GO_VERSIONS } from "./beyond-node.ts";
import type { Dialect } from "./dialect.ts";
import { DATES, KINDS, NUMBERS, TEXTS, VERSIONS } from "./vocabulary.ts";

type Members = [name: string, value: unknown][];

/** Random contexts as JSON text: valid in every respect, of one kind, of several, and users of old SDKs. */
export class RandomContexts {
  readonly #random: SeededRandom;
  readonly #dialect: Dialect;

  constructor(random: SeededRandom, dialect: Dialect) {
    this.#random = random;
    this.#dialect = dialect;
  }

  next(): string {
    return JSON.stringify(this.#context());
  }

  #context(): object {
    const { pick, chance } = this.#draws;
    const shape = pick(["single", "single", "multi", "multi", "old"] as const);
    if (shape === "single") return this.#single(pick(chance(0.6) ? ["user"] : KINDS));
    if (shape === "old") return this.#oldUser();
    const kinds = KINDS.filter(() => chance(0.7));
    if (kinds.length === 0) kinds.push(pick(KINDS));
    return this.#shuffled([
      ["kind", "multi"],
      ...kinds.map((kind) => [kind, this.#shuffled(this.#common())] as [string, unknown]),
    ]);
  }

  #single(kind: string): object {
    return this.#shuffled([["kind", kind], ...this.#common()]);
  }

  /** What contexts of every kind consist of. */
  #common(): Members {
    const { pick, chance } = this.#draws;
    const members: Members = [["key", this.#text()]];
    if (chance(0.3)) members.push(["name", chance(0.1) ? null : this.#text()]);
    if (chance(0.4)) members.push(["anonymous", chance(0.5)]);
    if (chance(0.2)) members.push(["_meta", pick([null, {}, { privateAttributes: ["email", "/address"] }])]);
    return [...members, ...this.#attributes()];
  }

  #oldUser(): object {
    const { pick, chance } = this.#draws;
    const members: Members = [["key", this.#text()]];
    for (const name of ["name", "email", "country", "ip", "firstName"]) {
      if (chance(0.3)) members.push([name, chance(0.1) ? null : this.#text()]);
    }
    if (chance(0.4)) members.push(["anonymous", pick([true, false, null])]);
    if (this.#dialect === "go" && chance(0.4)) members.push(["secondary", pick([null, "", "second", "1"])]);
    if (chance(0.7)) {
      const custom = this.#attributes().filter(
        ([name]) => this.#dialect === "go" || !members.some(([own]) => own === name),
      );
      if (this.#dialect === "go" && chance(0.3)) {
        const name = pick(["key", "kind", "name", "anonymous", "_meta", "email", "secondary"]);
        custom.push([name, pick([null, "ann", true, { x: 1 }])]);
      }
      members.push(["custom", chance(0.1) ? null : this.#shuffled(custom)]);
    }
    if (chance(0.2)) members.push(["privateAttributeNames", pick([null, [], ["email"]])]);
    if (chance(0.2)) members.push(["unknown", pick([1, {}, null])]);
    return this.#shuffled(members);
  }

  /** Attributes of all types; a few have another type than the rules expect. */
  #attributes(): Members {
    const { pick, chance } = this.#draws;
    const members: Members = [];
    const add = (name: string, value: () => unknown) => {
      if (!chance(0.5)) return;
      members.push([name, chance(0.08) ? this.#anything() : value()]);
    };
    add("email", () => this.#text());
    add("plan", () => this.#text());
    add("age", () => this.#number());
    add("joined", () => pick(this.#dialect === "go" ? [...DATES, ...GO_DATES] : DATES));
    add("version", () => pick(this.#dialect === "go" ? [...VERSIONS, ...GO_VERSIONS] : VERSIONS));
    add("beta", () => chance(0.5));
    add("tags", () => Array.from({ length: this.#random.between(0, 3) }, () => this.#text()));
    add("mixed", () => this.#anything());
    add("address", () => ({
      city: this.#text(),
      geo: { lat: this.#number(), "a/b": this.#text() },
      ...(chance(0.3) && { tags: [this.#text()] }),
    }));
    if (chance(0.3))
      members.push([pick(["/plan", "a/b", "~t", "__proto__", "constructor", "/"]), this.#text()]);
    return members;
  }

  #anything(depth = 0): unknown {
    const { pick, chance } = this.#draws;
    if (depth < 3 && chance(0.3))
      return Array.from({ length: this.#random.between(0, 3) }, () => this.#anything(depth + 1));
    if (depth < 3 && chance(0.2)) return { x: this.#anything(depth + 1), key: this.#text() };
    return pick([null, true, false, this.#text(), this.#number(), pick(DATES), pick(VERSIONS)]);
  }

  #text(): string {
    const { pick, chance } = this.#draws;
    return this.#dialect === "go" && chance(0.3) ? `any-${this.#random.next()}` : pick(TEXTS);
  }

  #number(): number {
    const { pick, chance } = this.#draws;
    return this.#dialect === "go" && chance(0.3) ? pick(GO_NUMBERS) : pick(NUMBERS);
  }

  /** An object with these members, in any order; a member called `__proto__` is an ordinary one. */
  #shuffled(members: Members): object {
    const rest = [...members];
    const shuffled: Members = [];
    while (rest.length > 0) shuffled.push(...rest.splice(this.#random.between(0, rest.length - 1), 1));
    return Object.fromEntries(shuffled);
  }

  get #draws() {
    const random = this.#random;
    return {
      pick: <T>(choices: readonly T[]) => random.pick(choices),
      chance: (probability: number) => random.chance(probability),
    };
  }
}
