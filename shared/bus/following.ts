import type { Ownership } from "../model/claim.ts";
import { NOWHERE, type Position, samePosition } from "../model/position.ts";
import type { ChangeMessage } from "./change-message.ts";
import type { RelayStatus, Snapshot } from "./environment-store.ts";

/**
 * How a replica stays equal to Redis: pure decisions, which the follower makes for every message and every read. The rules
 * (F1 to F4, C3 and C4 in docs/architecture.md) were model-checked together.
 */
export interface FollowerState {
  /** Where the replica stands; `undefined` while it has no data. */
  readonly position: Position | undefined;
  /**
   * `seenAt` when Redis was first found at another position that is not ahead (F3); `undefined` while the positions agree.
   */
  readonly seenAtWhenNotAhead: number | undefined;
  /** Whether the replica's own content is damaged: it was empty, and took what there was (F1). */
  readonly damaged: boolean;
  /** Whether Redis's content is damaged, so that the replica does not advance (F1). */
  readonly blocked: boolean;
}

export const NOT_STARTED: FollowerState = {
  position: undefined,
  seenAtWhenNotAhead: undefined,
  damaged: false,
  blocked: false,
};

/** Whether to check Redis again soon, because the replica waits for its data to be confirmed or repaired. */
export function isWaiting({ seenAtWhenNotAhead, damaged, blocked }: FollowerState): boolean {
  return seenAtWhenNotAhead !== undefined || damaged || blocked;
}

/**
 * What to do with a message (F2). It applies only to a replica at its previous position: pub/sub loses messages
 * silently, and after a failover the same offset may mean other content. Nobody knows what the data were
 * NOWHERE, or what is missing from damaged ones, so nothing applies there. A gap and a reload both mean: read the
 * snapshot. It needs no claim: nobody who writes for another environment stands at its predecessor.
 */
export function judgeMessage(
  state: FollowerState,
  message: ChangeMessage,
): "apply" | "reload" | "known" | "gap" {
  const { position, damaged } = state;
  if (position === undefined) return "reload";
  if (samePosition(message.position, position)) return "known";
  if (damaged) return "reload";
  if (!samePosition(message.previous, position)) return "gap";
  return message.changes === undefined || samePosition(position, NOWHERE) ? "reload" : "apply";
}

/** The state after the data at `position` were taken. */
export function stateAt(position: Position, damaged = false): FollowerState {
  return { position, seenAtWhenNotAhead: undefined, damaged, blocked: false };
}

/** The state after Redis was seen to stand where the replica stands. */
export function agreed(state: FollowerState): FollowerState {
  return { ...state, seenAtWhenNotAhead: undefined, blocked: false };
}

/** What to do after a position check. Where reading could only end in keeping what we have, it is spared. */
export function judgePosition(
  state: FollowerState,
  status: RelayStatus,
  ownership: Ownership,
): "agrees" | "wait" | "read" | "unusable" {
  const { position, seenAtWhenNotAhead, damaged } = state;
  if (ownership !== "ours") return "unusable";
  if (position === undefined || damaged) return "read";
  if (samePosition(status.position, position)) return "agrees";
  if (seenAtWhenNotAhead === undefined || status.position.offset > position.offset) return "read";
  return status.seenAt > seenAtWhenNotAhead ? "read" : "wait";
}

/**
 * What to do with a snapshot, and where we stand then. Ahead of us it is adopted at once. Not ahead, Redis was
 * restored, failed over or emptied: until the holder has given its word again that Redis holds upstream's data, we
 * go on with what we have, so that losing Redis's newest writes takes no SDK back. What is not claimed for our
 * environment is nobody's that we know, or another's. `intact`: the data are what their writer said they add up to.
 */
export function judgeSnapshot(
  state: FollowerState,
  snapshot: Pick<Snapshot, "position" | "seenAt" | "inited">,
  ownership: Ownership,
  intact: boolean,
): { readonly verdict: "agrees" | "keep" | "adopt" | "unusable"; readonly state: FollowerState } {
  const { position, seenAtWhenNotAhead, damaged } = state;
  const { inited } = snapshot;
  if (ownership !== "ours") return { verdict: "unusable", state };
  const adopted = stateAt(snapshot.position, !intact);
  if (position === undefined)
    return inited ? { verdict: "adopt", state: adopted } : { verdict: "keep", state };
  if (samePosition(snapshot.position, position)) {
    if (damaged && intact && inited) return { verdict: "adopt", state: adopted };
    return { verdict: "agrees", state: agreed(state) };
  }
  // Not even by a replica that is damaged itself: if only the sum was lost, that one is right, and this is not.
  if (!intact) return { verdict: "keep", state: { ...state, blocked: true } };
  const confirmed = seenAtWhenNotAhead !== undefined && snapshot.seenAt > seenAtWhenNotAhead;
  const ahead = snapshot.position.offset > position.offset;
  if (inited && (ahead || confirmed)) return { verdict: "adopt", state: adopted };
  return {
    verdict: "keep",
    state: { ...state, seenAtWhenNotAhead: seenAtWhenNotAhead ?? snapshot.seenAt, blocked: false },
  };
}
