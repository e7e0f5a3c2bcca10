import type { Change, FlagData } from "../../../shared/model/item.ts";

/** One item that differs between two states of a replica. */
export interface ReplicaChange extends Change {
  /** Above all that SDKs may know of the item, so a patch or delete of it will be taken. */
  readonly above: boolean;
}

/** A replica's new state, and what changed for those who know the state before. */
export interface ReplicaUpdate {
  readonly data: FlagData;
  readonly changes: readonly ReplicaChange[];
}
