import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Logger } from "../base/logger.ts";
import {
  type CauseOfDeath,
  type DeadLetter,
  decodeLetter,
  letterId,
  revived,
  type StoredLetter,
} from "./dead-letter.ts";
import { REMOVE_OLDEST } from "./dead-letter-scripts.ts";
import type { EventPayload } from "./event-payload.ts";
import type { EventQueue } from "./event-queue.ts";
import { openQueue } from "./open-queue.ts";
import { type QueuePlace, queueKey } from "./queue-place.ts";
import { storePayload } from "./stored-payload.ts";

/** How many dead letters an environment keeps, and for how long. */
const DEAD_LETTER_BOUNDS = { count: 10_000, ageMs: 30 * 24 * 3600_000 };

/** Oldest letters that one look at the bounds removes, so that it stays short. */
const REMOVED_AT_ONCE = 1000;

/** Letters that are read at a time: each may be as large as a payload. */
const PAGE = 25;
/** The same for what is known of a letter without its payload. */
const WIDE_PAGE = 500;

/** What the letters with one reason come to. */
export interface DeadLetterGroup {
  readonly letters: number;
  /** As they are stored, without Redis's overhead. */
  readonly bytes: number;
  /** When the first of them was given up, in milliseconds since the epoch. */
  readonly oldestAt: number;
}

/** The payloads of one environment that could not be delivered: a queue without a Worker, kept for inspection. */
export class DeadLetters {
  readonly #connection: Redis;
  readonly #place: QueuePlace;
  readonly #queue: Queue<StoredLetter>;
  readonly #bounds: typeof DEAD_LETTER_BOUNDS;

  /** `connection` has the purpose `command` and stays the caller's. */
  constructor(connection: Redis, place: QueuePlace, logger: Logger, bounds = DEAD_LETTER_BOUNDS) {
    this.#connection = connection;
    this.#place = place;
    this.#queue = openQueue<StoredLetter>(place, connection, logger);
    this.#bounds = bounds;
  }

  /** Keeps the payload; once only, however often it is called. Resolves once Redis has it. */
  async add(payload: EventPayload, cause: CauseOfDeath): Promise<void> {
    const letter: StoredLetter = { version: 1, ...cause, payload: storePayload(payload) };
    // The reason is the job's name too, where tools show it and it can be read without the payload.
    await this.#queue.add(cause.reason, letter, { jobId: letterId(payload) });
  }

  count(): Promise<number> {
    return this.#queue.getWaitingCount();
  }

  /** All letters that there are now, oldest first; a few are read at a time. */
  async *list(): AsyncGenerator<DeadLetter> {
    const ids = await this.#ids();
    for (let at = 0; at < ids.length; at += PAGE) {
      const jobs = await Promise.all(ids.slice(at, at + PAGE).map((id) => this.#queue.getJob(id)));
      for (const job of jobs)
        if (job?.id !== undefined) yield decodeLetter(job.id, job.timestamp, job.data as unknown);
    }
  }

  /** How many letters there are for each reason, without reading the payloads. */
  async byReason(): Promise<ReadonlyMap<string, DeadLetterGroup>> {
    const groups = new Map<string, DeadLetterGroup>();
    const ids = await this.#ids();
    for (let at = 0; at < ids.length; at += WIDE_PAGE)
      for (const { reason, bytes, diedAt } of await this.#headings(ids.slice(at, at + WIDE_PAGE))) {
        const known = groups.get(reason) ?? { letters: 0, bytes: 0, oldestAt: diedAt };
        groups.set(reason, {
          letters: known.letters + 1,
          bytes: known.bytes + bytes,
          oldestAt: Math.min(known.oldestAt, diedAt),
        });
      }
    return groups;
  }

  /**
   * Puts the payload back into its environment's queue. First that, then the letter goes: whoever is killed in
   * between leaves both, and the payload's id makes a second delivery harmless.
   */
  async replay(letter: DeadLetter, queue: EventQueue, now: number): Promise<void> {
    await queue.add([revived(letter, now)], { jobId: `replay-${letter.id}` });
    await this.drop(letter.id);
  }

  /** Removes a letter for good; nothing happens if it is gone. */
  async drop(id: string): Promise<void> {
    await this.#queue.remove(id);
  }

  /** Removes the oldest letters beyond the bounds; resolves with how many there were. */
  async enforceBounds(now: number): Promise<number> {
    const base = queueKey(this.#place, "");
    const { count, ageMs } = this.#bounds;
    const bounds = [count, now - ageMs, REMOVED_AT_ONCE];
    return (await this.#connection.eval(
      REMOVE_OLDEST,
      1,
      queueKey(this.#place, "wait"),
      base,
      ...bounds,
    )) as number;
  }

  /** Stops using the connection, which stays open. */
  async close(): Promise<void> {
    await this.#queue.close();
  }

  /** Oldest first. Asked for once, because positions move with every letter that comes or goes. */
  #ids(): Promise<string[]> {
    return this.#queue.getRanges(["wait"], 0, -1, true);
  }

  async #headings(ids: readonly string[]): Promise<{ reason: string; bytes: number; diedAt: number }[]> {
    const headings = await Promise.all(
      ids.map(async (id) => {
        const key = queueKey(this.#place, id);
        const [[reason, diedAt], bytes] = await Promise.all([
          this.#connection.hmget(key, "name", "timestamp"),
          this.#connection.hstrlen(key, "data"),
        ]);
        return { reason: reason ?? "", bytes, diedAt: Number(diedAt) };
      }),
    );
    // A letter that was removed meanwhile has nothing any more.
    return headings.filter(({ bytes }) => bytes > 0);
  }
}
