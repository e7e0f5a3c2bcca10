import { createHash } from "node:crypto";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Logger } from "../base/logger.ts";
import { type EventPayload, type StoredPayload, storePayload } from "./event-job.ts";
import { openQueue } from "./open-queue.ts";
import { deadLetterQueueName } from "./queue-name.ts";

/** How many dead letters an environment keeps, and for how long. */
const DEAD_LETTER_BOUNDS = { count: 10_000, ageMs: 30 * 24 * 3600_000 };

/** Oldest letters that one look at the bounds removes, so that it stays short. */
const REMOVED_AT_ONCE = 1000;

/** Why a payload will not be delivered. */
export interface CauseOfDeath {
  readonly reason: string;
  /** What LaunchDarkly answered last, if it answered. */
  readonly status?: number;
}

interface DeadLetter extends CauseOfDeath {
  readonly version: 1;
  readonly payload: StoredPayload;
}

/** The payloads of one environment that could not be delivered: a queue without a Worker, kept for inspection. */
export class DeadLetters {
  readonly #queue: Queue<DeadLetter>;
  readonly #bounds: typeof DEAD_LETTER_BOUNDS;

  /** `connection` has the purpose `command` and stays the caller's. */
  constructor(connection: Redis, environmentId: string, logger: Logger, bounds = DEAD_LETTER_BOUNDS) {
    this.#queue = openQueue<DeadLetter>(deadLetterQueueName(environmentId), connection, logger);
    this.#bounds = bounds;
  }

  /** Keeps the payload; once only, however often it is called. Resolves once Redis has it. */
  async add(payload: EventPayload, cause: CauseOfDeath): Promise<void> {
    const letter: DeadLetter = { version: 1, ...cause, payload: storePayload(payload) };
    await this.#queue.add("dead", letter, { jobId: letterId(payload.id) });
  }

  /** Removes the oldest letters beyond the bounds; resolves with how many there were. */
  async enforceBounds(): Promise<number> {
    const tooOld = await this.#queue.clean(this.#bounds.ageMs, REMOVED_AT_ONCE, "wait");
    const excess = (await this.#queue.getWaitingCount()) - this.#bounds.count;
    if (excess <= 0) return tooOld.length;
    const tooMany = await this.#queue.clean(0, Math.min(excess, REMOVED_AT_ONCE), "wait");
    return tooOld.length + tooMany.length;
  }

  /** Lets go of the connection, which stays open. */
  async close(): Promise<void> {
    await this.#queue.close();
  }
}

/** Safe for BullMQ whatever an SDK sent as its id; the number after the dash counts replays. */
function letterId(payloadId: string): string {
  return `${createHash("sha256").update(payloadId).digest("hex")}-0`;
}
