import type { Outline, Snapshot, StoredSum, Write } from "../../../shared/bus/environment-store.ts";
import { type Claim, decodeClaim, encodeClaim, renewedClaim } from "../../../shared/model/claim.ts";
import { type ContentSum, sameSum, sumAfter, sumOf } from "../../../shared/model/content-sum.ts";
import { difference } from "../../../shared/model/difference.ts";
import { type FlagData, ITEM_KINDS, withChanges } from "../../../shared/model/item.ts";
import { NOWHERE, type Position, samePosition } from "../../../shared/model/position.ts";

/** What the holder takes for Redis's content: the base of its next write. */
export interface Base {
  readonly data: FlagData;
  readonly sum: ContentSum;
  readonly inited: boolean;
  readonly position: Position;
  readonly claim: string | undefined;
  /**
   * Whether the content is what was written last. `damaged`: items went missing or changed behind the writer's back.
   * `unknown`: no relay, or one of an earlier version, wrote it.
   */
  readonly content: "intact" | "damaged" | "unknown";
}

export function baseOf({ data, inited, position, claim, sum: promised }: Snapshot): Base {
  const sum = sumOf(data);
  return { data, sum, inited, position, claim, content: judge(sum, promised, claim) };
}

function judge(sum: ContentSum, promised: StoredSum, claim: string | undefined): Base["content"] {
  if (promised === "outdated") return "unknown";
  // Whoever claims says a sum in the same step.
  if (promised === undefined) return claim === undefined ? "unknown" : "damaged";
  return sameSum(sum, promised) ? "intact" : "damaged";
}

/** Whether Redis, as a renewal shows it, can still be what the holder takes it for. */
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

/** Whether `texts`, some of Redis's items of a kind, are what the holder takes them for. */
export function holdsTexts(base: Base, kind: keyof FlagData, texts: ReadonlyMap<string, string>): boolean {
  return [...texts].every(([key, text]) => base.data[kind].get(key)?.raw === text);
}

/**
 * What must be written for Redis to hold what upstream has said, marked as complete, summed up and claimed;
 * `undefined` if it does. Only from one intact, claimed content to the next may edges take the changes as patches:
 * from anything else they would carry on what the base had lost or whose it was.
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
