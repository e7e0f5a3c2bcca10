import type { Write } from "../../../shared/bus/environment-store.ts";
import { NOWHERE, samePosition } from "../../../shared/model/position.ts";
import type { Base } from "./base.ts";

/** What a write put right although upstream had changed nothing. */
export interface Repair {
  readonly reason: string;
  /** How many items were written with it. */
  readonly items: number;
}

/** What `write` mends of `base`, if anything: a Redis that begins anew, or was left by an earlier version, is whole. */
export function repairOf(base: Base, write: Write): Repair | undefined {
  if (samePosition(base.position, NOWHERE) || base.content === "unknown") return undefined;
  const items = write.changes.length;
  if (base.content === "damaged")
    return { reason: "items, or their sum, were missing or had been changed", items };
  if (!base.inited) return { reason: "the key that marks the data as complete ($inited) was missing", items };
  if (base.claim === undefined) return { reason: "the claim of the prefix was missing", items };
  return undefined;
}
