import { type FlagData, NO_DATA } from "../../../shared/model/item.ts";
import { deletionsAfter, type KnownDeletions, NO_DELETIONS } from "./known-deletions.ts";
import { replicaUpdate } from "./replica-update.ts";
import type { ReplicaUpdate } from "./update.ts";

/** An environment's flag data in memory, and what each new state means for those who know the one before. */
export class EnvironmentReplica {
  #data: FlagData | undefined;
  #deletions: KnownDeletions = NO_DELETIONS;

  /** `undefined` until the first data have come; then never again. */
  get data(): FlagData | undefined {
    return this.#data;
  }

  /** Takes a new state; gives what changed, or `undefined` for the first state, which nobody knew before. */
  apply(data: FlagData): ReplicaUpdate | undefined {
    const isFirst = this.#data === undefined;
    const before = this.#data ?? NO_DATA;
    const update = replicaUpdate(before, data, this.#deletions);
    this.#data = data;
    this.#deletions = deletionsAfter(this.#deletions, before, data);
    return isFirst ? undefined : update;
  }
}
