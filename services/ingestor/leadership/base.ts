import type { Outline, Snapshot, StoredSum, Write } from "../../../shared/bus/environment-store.ts";
import { type Claim, decodeClaim, encodeClaim, renewedClaim } from "../../../shared/model/claim.ts";
import { type ContentSum, sameSum, sumAfter, sumOf } from "../../../shared/model/content-sum.ts";
import { difference } from "../../../shared/model/difference.ts";
import { type FlagData, ITEM_KINDS, withChanges } from "../../../shared/model/item.ts";
import { NOWHERE, type Position, samePosition } from "../../../shared/model/position.ts";

/** Redis's content as the holder knows it: the base of its next write. */
export interface Base {
  readonly data: FlagData;
  readonly sum: ContentSum;
  readonly inited: boolean;
  readonly position: Position;
  readonly claim: string | undefined;
  /**
   * Whether the content has the sum that was stored with it. `damaged`: others removed or modified items. `unknown`: it was
   * written by no relay, or by an earlier version.
   */
  readonly content: "intact" | "damaged" | "unknown";
}

export function baseOf({ data, inited, position, claim, sum: promised }: Snapshot): Base {
  const sum = sumOf(data);
  return { data, sum, inited, position, claim, content: judge(sum, promised, claim) };
}

function judge(sum: ContentSum, promised: StoredSum, claim: string | undefined): Base["content"] {
  if (promised === "outdated") return "unknown";
  // A claim is always written together with a sum.
  if (promised === undefined) return claim === undefined ? "unknown" : "damaged";
  return sameSum(sum, promised) ? "intact" : "damaged";
}

/** Whether what a renewal returned fits the base (W2). */
export function agreesWith(base: Base, { position, claim, sum, inited, lengths }: Outline): boolean {
  return (
    samePosition(position, base.position) &&
    claim === base.claim &&
    sum !== undefined &&
    sum !== "outdated" &&
    sameSum(sum, base.sum) &&
    inited === base.inited &&
    ITEM_KINDS.every((kind) => lengths[kind] === base.data[kind].size)
  );
}

/** Whether `texts`, some of Redis's items of a kind, are those of the base. */
export function holdsTexts(base: Base, kind: keyof FlagData, texts: ReadonlyMap<string, string>): boolean {
  return [...texts].every(([key, text]) => base.data[kind].get(key)?.raw === text);
}

/**
 * The write that makes Redis equal to upstream's data, with `$inited`, sum and claim; `undefined` if nothing differs (L2).
 * Edges may apply its changes as patches only if the base is intact (W5) and claimed (C4).
 */
export function neededWrite(base: Base, upstreamData: FlagData, mine: Claim): Write | undefined {
  const claim = claimUpon(base, mine);
  const { changes, rising } = difference(base.data, upstreamData);
  const complete = base.inited && base.content === "intact" && !samePosition(base.position, NOWHERE);
  if (changes.length === 0 && complete && isClaimedAs(base, claim)) return undefined;
  return {
    changes,
    asPatches: rising && base.content === "intact" && base.claim !== undefined,
    sum: sumAfter(base.sum, base.data, changes),
    claim,
  };
}

export function baseAfter(base: Base, write: Write, position: Position): Base {
  return {
    data: withChanges(base.data, write.changes),
    sum: write.sum,
    inited: true,
    position,
    claim: encodeClaim(write.claim),
    content: "intact",
  };
}

function claimUpon(base: Base, mine: Claim): Claim {
  return renewedClaim(base.claim === undefined ? undefined : decodeClaim(base.claim), mine);
}

function isClaimedAs(base: Base, claim: Claim): boolean {
  return base.claim === encodeClaim(claim);
}
