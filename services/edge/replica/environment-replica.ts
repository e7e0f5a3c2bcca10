import { changedItems, comparedItems } from "../../../shared/model/compared-items.ts";
import { type Change, type FlagData, NO_DATA } from "../../../shared/model/item.ts";
import type { Position } from "../../../shared/model/position.ts";
import { deletionsAfter, type KnownDeletions, NO_DELETIONS } from "./known-deletions.ts";
import { type ReplicaUpdate, replicaChanges } from "./replica-update.ts";

/** The data at one position in Redis. */
export interface ReplicaState {
  readonly data: FlagData;
  readonly position: Position;
}

/** An environment's flag data in memory, and what each new state means for those who know the one before. */
export class EnvironmentReplica {
  #state: ReplicaState | undefined;
  #deletions: KnownDeletions = NO_DELETIONS;

  /** `undefined` until the first data have come; then never again. */
  get data(): FlagData | undefined {
    return this.#state?.data;
  }

  /** Where the data stand in Redis; `undefined` without data. */
  get position(): Position | undefined {
    return this.#state?.position;
  }

  /**
   * Takes a new state; gives what changed, or `undefined` for the first state, which nobody knew before.
   * `changes`: all that made the new state of the one before, each to another key. Without them both are compared.
   */
  apply({ data, position }: ReplicaState, changes?: readonly Change[]): ReplicaUpdate | undefined {
    const isFirst = this.#state === undefined;
    const before = this.#state?.data ?? NO_DATA;
    const compared = [...(changes ? changedItems(before, changes) : comparedItems(before, data))];
    const update = { data, position, changes: replicaChanges(compared, this.#deletions) };
    this.#state = { data, position };
    this.#deletions = deletionsAfter(this.#deletions, compared);
    return isFirst ? undefined : update;
  }
}
