import type { Change } from "../../../../shared/model/item.ts";
import type { ReplicaUpdate } from "../../replica/replica-update.ts";
import { type StreamView, shows } from "./flag-messages.ts";

/**
 * What clients that are up to date must be told to stay so. SDKs ignore a patch that is not above what they
 * hold, but take any `put`: everything is said anew as soon as one change would be ignored.
 */
export type FlagDelta =
  | { readonly kind: "nothing" }
  | { readonly kind: "changes"; readonly changes: readonly Change[] }
  | { readonly kind: "everything" };

export const NO_DELTA: FlagDelta = { kind: "nothing" };

/** What an update means for clients of `view`, who hear only of the kinds of items that it shows. */
export function flagDelta(view: StreamView, update: ReplicaUpdate): FlagDelta {
  const changes = update.changes.filter((change) => shows(view, change.kind));
  if (changes.length === 0) return NO_DELTA;
  return changes.every((change) => change.above) ? { kind: "changes", changes } : { kind: "everything" };
}

/** Both in one, for clients that have heard neither. Of several changes of one item only the last is told, in its turn. */
export function joinDeltas(earlier: FlagDelta, later: FlagDelta): FlagDelta {
  if (earlier.kind === "nothing") return later;
  if (later.kind === "nothing") return earlier;
  if (earlier.kind === "everything" || later.kind === "everything") return { kind: "everything" };
  const last = new Map<string, Change>();
  for (const change of [...earlier.changes, ...later.changes]) {
    const path = `${change.kind}/${change.key}`;
    last.delete(path);
    last.set(path, change);
  }
  return { kind: "changes", changes: [...last.values()] };
}
