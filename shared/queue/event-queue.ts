import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { withDeadline } from "../base/deadline.ts";
import type { Logger } from "../base/logger.ts";
import { type EventJob, type EventPayload, encodeJob } from "./event-job.ts";
import { openQueue } from "./open-queue.ts";
import { park, unpark } from "./parking.ts";
import { eventQueueName } from "./queue-name.ts";

/** How long Redis may take to confirm before we say that it did not. */
const CONFIRM_MS = 1000;

/** How many jobs wait to be tried, wait for their time, or are being worked on. */
export interface QueueDepth {
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
}

/** The queue of one environment's events: filling it, parking it, looking at it. */
export class EventQueue {
  readonly #connection: Redis;
  readonly #queue: Queue<EventJob>;
  readonly #name: string;

  /** `connection` has the purpose `command` and stays the caller's. */
  constructor(connection: Redis, environmentId: string, logger: Logger) {
    this.#connection = connection;
    this.#name = eventQueueName(environmentId);
    this.#queue = openQueue<EventJob>(this.#name, connection, logger);
  }

  /**
   * Adds the payloads as one job; resolves once Redis has it. Rejects at once while Redis is away, and when it
   * does not confirm within a second: the job may then still come to be, which its payloads' ids make harmless.
   */
  async add(payloads: readonly EventPayload[]): Promise<void> {
    if (this.#connection.status !== "ready") throw new Error("Redis is not connected");
    const added = this.#queue.add("events", encodeJob(payloads), {
      removeOnComplete: true,
      // Only for failures outside our own code, between BullMQ and Redis: they too mean again later, and never
      // the failed set, where nobody would look.
      attempts: Number.MAX_SAFE_INTEGER,
      backoff: { type: "fixed", delay: 1000 },
      stackTraceLimit: 1,
    });
    await withDeadline(added, CONFIRM_MS, "adding events to the queue");
  }

  /** Lets nobody take a job for a while, longer each time; see {@link park}. */
  park(): Promise<void> {
    return park(this.#connection, this.#name);
  }

  /** Ends the parking at once: the reason for it is gone. */
  unpark(): Promise<void> {
    return unpark(this.#connection, this.#name);
  }

  async depth(): Promise<QueueDepth> {
    const counts = await this.#queue.getJobCounts("wait", "delayed", "active");
    return { waiting: counts.wait ?? 0, delayed: counts.delayed ?? 0, active: counts.active ?? 0 };
  }

  /** Lets go of the connection, which stays open. */
  async close(): Promise<void> {
    await this.#queue.close();
  }
}
