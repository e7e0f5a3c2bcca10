import { NOWHERE, type Position, samePosition } from "../model/position.ts";
import type { ChangeMessage } from "./change-message.ts";
import type { Look, Snapshot } from "./environment-store.ts";

/**
 * How a replica stays true to Redis: pure decisions, taken by the follower for everything that it hears or reads.
 * The rules were model-checked together; docs/architecture.md, "Following", says what each is good for.
 */
export interface Standing {
  /** Where the replica stands; `undefined` while it has no data. */
  readonly position: Position | undefined;
  /**
   * The holder's word at the moment when Redis was first seen to stand elsewhere without being ahead; `undefined`
   * while they agree.
   */
  readonly noticedWord: number | undefined;
}

export const NOT_STARTED: Standing = { position: undefined, noticedWord: undefined };

/**
 * What to do with a message. It applies only to a replica that stands at its predecessor: pub/sub loses messages
 * without a sign, and after a failover the same offset may mean other content. Nobody knows what the data were
 * NOWHERE, so nothing applies there. A gap and a reload both mean: read the snapshot.
 */
export function judgeMessage(
  standing: Standing,
  message: ChangeMessage,
): "apply" | "reload" | "known" | "gap" {
  const { position } = standing;
  if (position === undefined) return "reload";
  if (samePosition(message.position, position)) return "known";
  if (!samePosition(message.previous, position)) return "gap";
  return message.changes === undefined || samePosition(position, NOWHERE) ? "reload" : "apply";
}

/** What to do after a position check. Where reading could only end in keeping what we have, it is spared. */
export function judgeLook(standing: Standing, look: Look): "agrees" | "wait" | "read" {
  const { position, noticedWord } = standing;
  if (position === undefined) return "read";
  if (samePosition(look.position, position)) return "agrees";
  if (noticedWord === undefined || look.position.offset > position.offset) return "read";
  return look.seenAt > noticedWord ? "read" : "wait";
}

/**
 * What to do with a snapshot, and where we stand then. Ahead of us it is adopted at once. Not ahead, Redis was
 * restored, failed over or emptied: until the holder has given its word again that Redis holds upstream's data, we
 * go on with what we have, so that losing Redis's newest writes takes no SDK back.
 */
export function judgeSnapshot(
  standing: Standing,
  snapshot: Snapshot,
): { readonly verdict: "agrees" | "keep" | "adopt"; readonly standing: Standing } {
  const { position, noticedWord } = standing;
  const adopted: Standing = { position: snapshot.position, noticedWord: undefined };
  if (position === undefined) {
    return snapshot.inited ? { verdict: "adopt", standing: adopted } : { verdict: "keep", standing };
  }
  if (samePosition(snapshot.position, position)) return { verdict: "agrees", standing: adopted };
  const spoken = noticedWord !== undefined && snapshot.seenAt > noticedWord;
  const ahead = snapshot.position.offset > position.offset;
  if (snapshot.inited && (ahead || spoken)) return { verdict: "adopt", standing: adopted };
  return { verdict: "keep", standing: { position, noticedWord: noticedWord ?? snapshot.seenAt } };
}
