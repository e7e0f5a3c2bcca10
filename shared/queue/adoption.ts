import type { Redis } from "ioredis";
import { randomToken } from "../base/random.ts";
import { MOVE_JOBS } from "./adoption-scripts.ts";
import { PAYLOAD_KINDS, type PayloadKind } from "./event-payload.ts";
import { ADOPT_PARKED } from "./parked-scripts.ts";
import { type EventsPlace, type QueuePlace, queueKey } from "./queue-place.ts";

/** Jobs that one step moves: few, so that Redis is not kept from others. */
const AT_ONCE = 50;

/** What {@link adoptEvents} has done. */
export interface Adoption {
  readonly jobs: number;
  readonly letters: number;
  /** Jobs that a forwarder has in hand: it ends them, or they can be adopted a little later. */
  readonly inHand: number;
}

/**
 * Moves what waits or is parked at `from`, with dead letters and open batches, to `to`, whose owner delivers it from then on under
 * its payload ids. Whoever is killed meanwhile leaves each job at one of the two places: doing it again ends it.
 */
export async function adoptEvents(connection: Redis, from: EventsPlace, to: EventsPlace): Promise<Adoption> {
  const { moved: letters } = await moveAll(connection, from.deadLetters, to.deadLetters, "wait", "letters");
  let jobs = 0;
  let inHand = 0;
  // What is in hand may be put back to be tried again later: look there last, and waiting jobs before it are older.
  for (const state of ["wait", "paused", "prioritized", "delayed", "active"]) {
    const { moved, held } = await moveAll(connection, from.queue, to.queue, state, "jobs");
    jobs += moved;
    inHand += held;
  }
  for (const kind of PAYLOAD_KINDS) jobs += await moveParked(connection, from.queue, to.queue, kind);
  return { jobs, letters, inHand };
}

/** Resolves with how many were moved of what were jobs before they were parked. */
async function moveParked(
  connection: Redis,
  from: QueuePlace,
  to: QueuePlace,
  kind: PayloadKind,
): Promise<number> {
  const args = [queueKey(from, ""), queueKey(to, ""), kind, AT_ONCE, `release-${randomToken()}`];
  for (let all = 0; ; ) {
    const moved = Number(await connection.eval(ADOPT_PARKED, 0, ...args));
    all += moved;
    if (moved === 0) return all;
  }
}

async function moveAll(
  connection: Redis,
  from: QueuePlace,
  to: QueuePlace,
  state: string,
  what: "jobs" | "letters",
): Promise<{ moved: number; held: number }> {
  let all = 0;
  for (;;) {
    const args = [queueKey(from, ""), queueKey(to, ""), state, AT_ONCE, randomToken(), what];
    const [moved, held] = (await connection.eval(MOVE_JOBS, 0, ...args)) as [number, number];
    all += moved;
    if (moved === 0) return { moved: all, held };
  }
}

/** Keys by which a queue is found again; they go last, so that a drop that was broken off can be done again. */
const LAST = ["meta", "claim"];
const SLICE = 1000;

/** Removes everything that lies at `place`. */
export async function dropEvents(connection: Redis, { queue, deadLetters }: EventsPlace): Promise<void> {
  const last = LAST.map((part) => queueKey(queue, part));
  for (const place of [deadLetters, queue]) {
    let cursor = "0";
    do {
      const pattern = `${literally(queueKey(place, ""))}*`;
      const [next, keys] = await connection.scan(cursor, "MATCH", pattern, "COUNT", SLICE);
      const now = keys.filter((key) => !last.includes(key));
      if (now.length > 0) await connection.unlink(...now);
      cursor = next;
    } while (cursor !== "0");
  }
  await connection.unlink(...last);
}

/** The pattern that only this text matches. */
function literally(text: string): string {
  return text.replace(/[\\*?[\]]/g, "\\$&");
}
