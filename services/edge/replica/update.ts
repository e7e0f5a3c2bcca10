import type { Change, FlagData } from "../../../shared/model/item.ts";

export interface ReplicaChange extends Change {
  /** Above all that SDKs may know of the item, so a patch or delete of it will be taken. */
  readonly above: boolean;
}

export interface ReplicaUpdate {
  readonly data: FlagData;
  readonly changes: readonly ReplicaChange[];
}
