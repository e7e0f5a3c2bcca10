import { type Condition, nameOf } from "./rules/clause.ts";
import { type Fork, wayOf } from "./rules/fork.ts";
import type { Run } from "./run.ts";

/**
 * Flags with the same questions. A context goes the same way in all of them, so it is asked once, and the members of
 * each way are joined once: flags are many, and what people ask of contexts is not.
 */
export class Crossing {
  readonly #questions: readonly Condition[];
  /** Those whose questions these are, in the order of their members. */
  readonly forks: readonly Fork[];
  readonly #members = { withReasons: [] as Buffer[], bare: [] as Buffer[] };

  private constructor(forks: readonly Fork[]) {
    this.#questions = forks[0]?.questions ?? [];
    this.forks = forks;
  }

  /** Brings those together that have the same questions. */
  static all(forks: readonly Fork[]): readonly Crossing[] {
    const ids = new Map<Condition | string, number>();
    // By what is asked: which flags share a condition depends on when they were compiled.
    const idOf = (question: Condition): number => {
      const asked = nameOf(question) ?? question;
      const id = ids.get(asked) ?? ids.size;
      ids.set(asked, id);
      return id;
    };
    const groups = Map.groupBy(forks, ({ questions }) => questions.map(idOf).join());
    return [...groups.values()].map((group) => new Crossing(group));
  }

  /** The members of its flags, in the way that the run's context takes (see {@link Outcome.member}). */
  members(run: Run, withReasons: boolean): Buffer {
    const known = withReasons ? this.#members.withReasons : this.#members.bare;
    const way = wayOf(this.#questions, run);
    const members = known[way] ?? this.#join(way, withReasons);
    known[way] = members;
    return members;
  }

  #join(way: number, withReasons: boolean): Buffer {
    const members = this.forks.flatMap(({ endings }) => endings[way]?.member(withReasons) ?? []);
    const [only] = members;
    return only !== undefined && members.length === 1 ? only : Buffer.concat(members);
  }
}
