import { randomUUID } from "node:crypto";
import type { JobsOptions, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { withDeadline } from "../base/deadline.ts";
import type { Logger } from "../base/logger.ts";
import { connected } from "../redis/connect.ts";
import { type EventJob, encodeFlush, encodeJob, encodeRelease } from "./event-job.ts";
import type { EventPayload, PayloadKind } from "./event-payload.ts";
import { openQueue } from "./open-queue.ts";
import type { QueuePlace } from "./queue-place.ts";

/** How long Redis may take to confirm before we say that it did not. */
const CONFIRM_MS = 1000;

const JOB_OPTIONS: JobsOptions = {
  removeOnComplete: true,
  // Only for failures outside our own code, between BullMQ and Redis: they too mean again later, and never the
  // failed set, where nobody would look.
  attempts: Number.MAX_SAFE_INTEGER,
  backoff: { type: "fixed", delay: 1000 },
  stackTraceLimit: 1,
};

/** How a job is added; all of it may be left out. */
export interface AddOptions {
  /**
   * Text without `:`, and no integer; as long as there is a job with it, nothing is added. It is drawn otherwise,
   * because BullMQ's own counter would give an id twice after a Redis forgot its newest writes.
   */
  readonly jobId?: string;
  /** How long Redis may take to confirm; a second otherwise. */
  readonly withinMs?: number;
  /** For so long after the job was added nothing is added under its id, also when it is done and gone. */
  readonly onceForMs?: number;
}

/** The queue of one environment's events: filling it, and stopping it by hand. */
export class EventQueue {
  readonly #connection: Redis;
  readonly #queue: Queue<EventJob>;

  /** `connection` has the purpose `command` and stays the caller's. */
  constructor(connection: Redis, place: QueuePlace, logger: Logger) {
    this.#connection = connection;
    this.#queue = openQueue<EventJob>(place, connection, logger);
  }

  /**
   * Adds the payloads as one job; resolves once Redis has it. Rejects at once while Redis is away, and when it
   * does not confirm in time: the job may then still come to be, which its payloads' ids make harmless.
   */
  async add(payloads: readonly EventPayload[], options: AddOptions = {}): Promise<void> {
    const { jobId = `job-${randomUUID()}`, withinMs, onceForMs } = options;
    const once = onceForMs !== undefined && { deduplication: { id: jobId, ttl: onceForMs } };
    await this.#add("events", encodeJob(payloads), { jobId, ...once }, withinMs);
  }

  /**
   * Adds the job that flushes the batch of this generation, in `delayMs`; if there is one, it stays as it is.
   * Resolves and rejects as {@link add} does.
   */
  async addFlush(generation: string, delayMs: number): Promise<void> {
    await this.#add("flush", encodeFlush(generation), { jobId: generation, delay: delayMs });
  }

  /**
   * Adds the job that takes parked payloads, under the id of its release, in `delayMs`; if there is one, it stays as it
   * is. Resolves and rejects as {@link add} does.
   */
  async addRelease(kind: PayloadKind, release: string, delayMs: number): Promise<void> {
    await this.#add("release", encodeRelease(kind), { jobId: release, delay: delayMs });
  }

  /** The key in Redis of what belongs to the queue beside its jobs. */
  key(part: string): string {
    return this.#queue.toKey(part);
  }

  /** Lets one job be taken now, if it waits for its time. */
  async promote(jobId: string): Promise<void> {
    const job = await this.#queue.getJob(jobId);
    if (job !== undefined && (await job.isDelayed())) await job.promote();
  }

  /** Lets what waits for its time be taken now: the reason for its waiting is gone. */
  async hasten(): Promise<void> {
    await this.#queue.promoteJobs();
  }

  /** Lets no forwarder take a job until {@link resume}; what was taken before is finished. For the operator. */
  async pause(): Promise<void> {
    await this.#queue.pause();
  }

  async resume(): Promise<void> {
    await this.#queue.resume();
  }

  isPaused(): Promise<boolean> {
    return this.#queue.isPaused();
  }

  /** Lets go of the connection, which stays open. */
  async close(): Promise<void> {
    await this.#queue.close();
  }

  async #add(name: string, job: EventJob, options: JobsOptions, withinMs = CONFIRM_MS): Promise<void> {
    connected(this.#connection);
    const added = this.#queue.add(name, job, { ...JOB_OPTIONS, ...options });
    await withDeadline(added, withinMs, "adding events to the queue");
  }
}
