import { DelayedError, type Job, RateLimitError, Worker } from "bullmq";
import { type Redis, ReplyError } from "ioredis";
import { DeadlineError, withDeadline } from "../base/deadline.ts";
import { describeError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { decodeJob, type EventJob, type EventPayload, encodeJob, UnknownJobError } from "./event-job.ts";
import type { EventQueue } from "./event-queue.ts";
import { LIMITER_MAX } from "./parking.ts";
import { eventQueueName, KEY_PREFIX } from "./queue-name.ts";

/** What becomes of a job after its payloads were worked on. */
export type JobEnd =
  | { readonly kind: "done" }
  /** Keep only these payloads, and try them in `delayMs`. */
  | { readonly kind: "again"; readonly delayMs: number; readonly payloads: readonly EventPayload[] }
  /** Keep only these payloads, and let the whole queue rest. */
  | { readonly kind: "parked"; readonly payloads: readonly EventPayload[] };

/** Works on the payloads of a job. May be called again with the same ones, here or elsewhere. */
export type ProcessPayloads = (payloads: readonly EventPayload[]) => Promise<JobEnd>;

/** Jobs of one environment that one forwarder works on at a time. */
const CONCURRENCY = 10;
const LOCK_MS = 10_000;
const AFTER_ERROR_MS = 5000;
/** A job that we cannot read waits for a version of the relay that can. */
const UNREADABLE_MS = 5 * 60_000;

/** Takes jobs from the queue of one environment, as long as it is not closed. */
export class EventConsumer {
  readonly #connection: Redis;
  readonly #queue: EventQueue;
  readonly #process: ProcessPayloads;
  readonly #logger: Logger;
  readonly #worker: Worker<EventJob>;
  #lastError = "";

  /**
   * `connection` has the purpose `consumer`, may be shared by many consumers, and stays the caller's; each
   * consumer opens one more. A job whose consumer is silent for `lockMs` goes to another one.
   */
  constructor(
    connection: Redis,
    environmentId: string,
    queue: EventQueue,
    process: ProcessPayloads,
    logger: Logger,
    lockMs = LOCK_MS,
  ) {
    this.#connection = connection;
    this.#queue = queue;
    this.#process = process;
    this.#logger = logger;
    this.#worker = new Worker<EventJob>(eventQueueName(environmentId), (job) => this.#work(job), {
      connection,
      prefix: KEY_PREFIX,
      concurrency: CONCURRENCY,
      lockDuration: lockMs,
      stalledInterval: lockMs / 2,
      // Forwarders that were killed are no fault of the job: it must never end in the failed set for them.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      // Parking is a rate limit, which a Worker only heeds when it has a limiter of its own.
      limiter: { max: LIMITER_MAX, duration: 60_000 },
      maximumRateLimitDelay: 1000,
      runRetryDelay: 1000,
      // As in openQueue. The price: delays are rounded up to whole seconds.
      skipVersionCheck: true,
    });
    this.#worker.on("error", (error) => this.#logError(error));
  }

  /**
   * Takes no more jobs and resolves when those in hand have ended, or after `withinMs`: what is then still in
   * hand goes to another consumer once its lock has run out.
   */
  async close(withinMs: number): Promise<void> {
    // Waiting for BullMQ to end in good order would never end while Redis is away.
    const force = this.#connection.status !== "ready";
    try {
      await withDeadline(this.#worker.close(force), withinMs, "closing an event consumer");
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      this.#logger.warn("events in hand were left to another forwarder", { error: describeError(error) });
    }
  }

  async #work(job: Job<EventJob>): Promise<void> {
    const end = await this.#endOf(job);
    switch (end.kind) {
      case "done":
        return;
      case "parked":
        await job.updateData(encodeJob(end.payloads));
        await this.#queue.park();
        throw new RateLimitError();
      case "again":
        await job.updateData(encodeJob(end.payloads));
        return this.#delay(job, end.delayMs);
      case "untouched":
        return this.#delay(job, end.delayMs);
    }
  }

  /** Whatever goes wrong means again later, with all payloads. */
  async #endOf(job: Job<EventJob>): Promise<JobEnd | { kind: "untouched"; delayMs: number }> {
    try {
      return await this.#process(decodeJob(job.data));
    } catch (error) {
      this.#logger.error("a job of events failed; it is tried again later", {
        job: job.id,
        error: describeError(error),
      });
      const delayMs = error instanceof UnknownJobError ? UNREADABLE_MS : AFTER_ERROR_MS;
      return { kind: "untouched", delayMs };
    }
  }

  async #delay(job: Job<EventJob>, delayMs: number): Promise<never> {
    await job.moveToDelayed(Date.now() + delayMs, job.token);
    throw new DelayedError();
  }

  /** BullMQ tells of the same trouble at every step; once is enough, and outages the connection logs itself. */
  #logError(error: Error): void {
    const described = describeError(error);
    if (error instanceof ReplyError && described !== this.#lastError)
      this.#logger.warn("Redis refuses a command of an event consumer", { error: described });
    else this.#logger.debug("event consumer error", { error: described });
    this.#lastError = described;
  }
}
