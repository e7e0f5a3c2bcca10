import type { FlagEntry } from "./compiled-item.ts";
import { ClausePool } from "./rules/clause.ts";

/** After so many changes, what nobody uses any more may be more than what is used. */
const CHANGES_TO_KEEP = 1000;

/**
 * What the items of an environment have in common, over its states. It only grows, because older states are still
 * evaluated; so from time to time a state begins with new ones.
 */
export class CommonParts {
  readonly clauses = new ClausePool();
  /** At least all keys that a flag targets. */
  readonly targetedKeys = new Set<string>();
  #changes = 0;

  /** For a state that has these flags already. */
  constructor(flags: Iterable<FlagEntry>) {
    for (const flag of flags) this.include(flag);
  }

  include({ compiled }: FlagEntry): void {
    for (const key of compiled.targetedKeys) this.targetedKeys.add(key);
  }

  /** To be called once a change: those for the state that it leads to, from one with these flags. */
  next(flags: Iterable<FlagEntry>): CommonParts {
    this.#changes += 1;
    return this.#changes > CHANGES_TO_KEEP ? new CommonParts(flags) : this;
  }
}
