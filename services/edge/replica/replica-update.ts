import { type FlagData, ITEM_KINDS, type Item, sameItem } from "../../../shared/model/item.ts";
import { tombstone } from "../../../shared/model/tombstone.ts";
import type { KnownDeletions } from "./known-deletions.ts";
import type { ReplicaChange, ReplicaUpdate } from "./update.ts";

/**
 * What SDKs that know `before` must be told so that they hold `after`. The comparison is the edge's own, whatever
 * the bus said: SDKs ignore patches that are not above what they hold, but take any `put`. Items that are absent
 * or deleted on both sides are alike for them.
 */
export function replicaUpdate(before: FlagData, after: FlagData, deletions: KnownDeletions): ReplicaUpdate {
  const changes: ReplicaChange[] = [];
  for (const kind of ITEM_KINDS) {
    for (const key of new Set([...before[kind].keys(), ...after[kind].keys()])) {
      const [had, has] = [before[kind].get(key), after[kind].get(key)];
      if (sameItem(had, has) || !(isLive(had) || isLive(has))) continue;
      const highest = Math.max(had?.version ?? 0, isLive(had) ? 0 : (deletions[kind].get(key) ?? 0));
      const item = has ?? tombstone(kind, had?.version ?? 0);
      changes.push({ kind, key, item, above: has !== undefined && has.version > highest });
    }
  }
  return { data: after, changes };
}

function isLive(item: Item | undefined): boolean {
  return item !== undefined && !item.deleted;
}
