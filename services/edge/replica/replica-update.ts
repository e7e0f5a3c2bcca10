import type { ComparedItem } from "../../../shared/model/compared-items.ts";
import type { Change, FlagData, Item } from "../../../shared/model/item.ts";
import type { Position } from "../../../shared/model/position.ts";
import { tombstone } from "../../../shared/model/tombstone.ts";
import type { KnownDeletions } from "./known-deletions.ts";

/** One item that differs between two states of a replica. */
export interface ReplicaChange extends Change {
  /** Above all that SDKs may know of the item, so a patch or delete of it will be taken. */
  readonly above: boolean;
}

/** A replica's new state, and what changed for those who know the state before. */
export interface ReplicaUpdate {
  readonly data: FlagData;
  readonly position: Position;
  readonly changes: readonly ReplicaChange[];
}

/**
 * What to send to SDKs with the state before, given the items that differ. The edge compares by itself, whatever the message
 * contained (F4): SDKs ignore patches that are not above their version, but accept any `put`. Items absent or deleted on both
 * sides are equal for SDKs.
 */
export function replicaChanges(
  compared: readonly ComparedItem[],
  deletions: KnownDeletions,
): readonly ReplicaChange[] {
  return compared
    .filter(({ before, after }) => isLive(before) || isLive(after))
    .map(({ kind, key, before, after }) => {
      const deletedAt = isLive(before) ? 0 : (deletions[kind].get(key) ?? 0);
      const highest = Math.max(before?.version ?? 0, deletedAt);
      const item = after ?? tombstone(kind, before?.version ?? 0);
      return { kind, key, item, above: after !== undefined && after.version > highest };
    });
}

function isLive(item: Item | undefined): boolean {
  return item !== undefined && !item.deleted;
}
