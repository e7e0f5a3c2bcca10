import { type Condition, nameOf } from "./rules/clause.ts";
import { type FirstMatch, firstMatch } from "./rules/first-match.ts";
import type { Run } from "./run.ts";

/**
 * Flags with equal lists of conditions. A context matches at the same index in all of them, so the conditions are
 * evaluated once for the group, and the members of each index are joined once: flags are many, their conditions few.
 */
export class FlagGroup {
  readonly #conditions: readonly Condition[];
  /** The flags that share the conditions, in the order of their members. */
  readonly flags: readonly FirstMatch[];
  readonly #members = { withReasons: [] as Buffer[], bare: [] as Buffer[] };

  private constructor(flags: readonly FirstMatch[]) {
    this.#conditions = flags[0]?.conditions ?? [];
    this.flags = flags;
  }

  /** Groups flags by their conditions. */
  static all(flags: readonly FirstMatch[]): readonly FlagGroup[] {
    const ids = new Map<Condition | string, number>();
    // By name, not by object: which flags share a condition depends on when they were compiled.
    const idOf = (condition: Condition): number => {
      const name = nameOf(condition) ?? condition;
      const id = ids.get(name) ?? ids.size;
      ids.set(name, id);
      return id;
    };
    const groups = Map.groupBy(flags, ({ conditions }) => conditions.map(idOf).join());
    return [...groups.values()].map((group) => new FlagGroup(group));
  }

  /** The members of its flags for the run's context (see {@link EvaluationOutcome.member}). */
  members(run: Run, withReasons: boolean): Buffer {
    const known = withReasons ? this.#members.withReasons : this.#members.bare;
    const index = firstMatch(this.#conditions, run);
    const members = known[index] ?? this.#join(index, withReasons);
    known[index] = members;
    return members;
  }

  #join(index: number, withReasons: boolean): Buffer {
    const members = this.flags.flatMap(({ outcomes }) => outcomes[index]?.member(withReasons) ?? []);
    const [only] = members;
    return only !== undefined && members.length === 1 ? only : Buffer.concat(members);
  }
}
