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

/** How long to wait for Redis's confirmation before an add fails. */
const CONFIRM_MS = 1000;

const JOB_OPTIONS: JobsOptions = {
  removeOnComplete: true,
  // For failures outside our own code, between BullMQ and Redis: they also mean "retry later", never the failed set (E8).
  attempts: Number.MAX_SAFE_INTEGER,
  backoff: { type: "fixed", delay: 1000 },
  stackTraceLimit: 1,
};

/** Options for adding a job. */
export interface AddOptions {
  /**
   * Text without `:`, and no integer. While a job with this id exists, nothing is added. Random by default,
   * because BullMQ's own counter would repeat ids after a Redis lost its newest writes.
   */
  readonly jobId?: string;
  /** How long Redis may take to confirm; a second otherwise. */
  readonly withinMs?: number;
  /** For this long after adding the job nothing is added under its id, even once it is done (E2). */
  readonly onceForMs?: number;
}

/** The queue of one environment's events: adding jobs, and pausing. */
export class EventQueue {
  readonly #connection: Redis;
  readonly #queue: Queue<EventJob>;

  /** `connection` has the purpose `command` and stays the caller's. */
  constructor(connection: Redis, place: QueuePlace, logger: Logger) {
    this.#connection = connection;
    this.#queue = openQueue<EventJob>(place, connection, logger);
  }

  /**
   * Adds the payloads as one job; resolves once Redis has confirmed it. Rejects at once while Redis is away, and when it
   * does not confirm in time: the job may then still be added, which is harmless because of its payloads' ids.
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

  /** A key in Redis that belongs to the queue. */
  key(part: string): string {
    return this.#queue.toKey(part);
  }

  /** Makes a delayed job available now. */
  async promote(jobId: string): Promise<void> {
    const job = await this.#queue.getJob(jobId);
    if (job !== undefined && (await job.isDelayed())) await job.promote();
  }

  /** Makes all delayed jobs available now. */
  async hasten(): Promise<void> {
    await this.#queue.promoteJobs();
  }

  /** Stops all forwarders from taking jobs until {@link resume}; jobs already taken are finished. For operators. */
  async pause(): Promise<void> {
    await this.#queue.pause();
  }

  async resume(): Promise<void> {
    await this.#queue.resume();
  }

  isPaused(): Promise<boolean> {
    return this.#queue.isPaused();
  }

  /** Stops using the connection, which stays open. */
  async close(): Promise<void> {
    await this.#queue.close();
  }

  async #add(name: string, job: EventJob, options: JobsOptions, withinMs = CONFIRM_MS): Promise<void> {
    connected(this.#connection);
    const added = this.#queue.add(name, job, { ...JOB_OPTIONS, ...options });
    await withDeadline(added, withinMs, "adding events to the queue");
  }
}
