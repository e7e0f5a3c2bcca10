/**
 * Where an environment's data stand in Redis. The offset counts writes; the stamp is drawn anew for each write,
 * because a Redis that failed over can count up to the same offset again with other content.
 */
export interface Position {
  readonly offset: number;
  readonly stamp: string;
}

/** Where data stand that no relay of ours has written: nobody can know what they were. */
export const NOWHERE: Position = { offset: 0, stamp: "" };

export function samePosition(one: Position, other: Position): boolean {
  return one.offset === other.offset && one.stamp === other.stamp;
}
