import { DelayedError, type Job, Worker } from "bullmq";
import type { Redis } from "ioredis";
import type { Clock } from "../base/clock.ts";
import { DeadlineError, withDeadline } from "../base/deadline.ts";
import { describeError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { isRedisError, redisCause, UNKNOWN_CODE } from "../redis/redis-cause.ts";
import type { RedisReports } from "../redis/redis-state.ts";
import { type EventJob, type JobContent, jobContent } from "./event-job.ts";
import type { EventPayload } from "./event-payload.ts";
import { HeldJob, JobLostError } from "./held-job.ts";
import { type QueuePlace, queueKey } from "./queue-place.ts";
import { UnknownJobError } from "./unknown-job-error.ts";

/** What becomes of a job after its payloads were worked on. */
export type JobEnd =
  | { readonly kind: "done" }
  /** Leave it as it is, and take it again in `delayMs`. */
  | { readonly kind: "unchanged"; readonly delayMs: number }
  /** Keep only these payloads, and try them in `delayMs`. */
  | { readonly kind: "again"; readonly delayMs: number; readonly payloads: readonly EventPayload[] };

/** Works on a job. May be called again with the same one, here or elsewhere. */
export type ProcessJob = (content: JobContent, job: HeldJob) => Promise<JobEnd>;

/** Jobs of one environment that one forwarder works on at a time, beside those that have taken long already. */
const CONCURRENCY = 10;
/** A job that takes longer waits for a slow answer: it costs little, and others must not wait for its place. */
const LONG_MS = 1000;
const MAX_LONG_JOBS = 50;
const LOCK_MS = 10_000;
const AFTER_ERROR_MS = 5000;
/** A job that we cannot read waits for a version of the relay that can. */
const UNREADABLE_MS = 5 * 60_000;

/** Takes jobs from the queue of one environment, as long as it is not closed. */
export class EventConsumer {
  readonly #connection: Redis;
  readonly #place: QueuePlace;
  readonly #process: ProcessJob;
  readonly #reports: RedisReports;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #lockMs: number;
  readonly #worker: EventWorker;
  /** What is in hand, by the tokens of the locks. */
  readonly #held = new Map<string, HeldJob>();
  #longJobs = 0;

  /**
   * `connection` has the purpose `consumer`, may be shared by many consumers, and stays the caller's; each
   * consumer opens one more. A job whose consumer is silent for `lockMs` goes to another one.
   */
  constructor(
    connection: Redis,
    place: QueuePlace,
    process: ProcessJob,
    reports: RedisReports,
    clock: Clock,
    logger: Logger,
    lockMs = LOCK_MS,
  ) {
    this.#connection = connection;
    this.#place = place;
    this.#process = process;
    this.#reports = reports;
    this.#clock = clock;
    this.#logger = logger;
    this.#lockMs = lockMs;
    this.#worker = new EventWorker(place.name, (job) => this.#work(job), {
      connection,
      prefix: place.prefix,
      concurrency: CONCURRENCY,
      lockDuration: lockMs,
      stalledInterval: lockMs / 2,
      // Forwarders that were killed are no fault of the job: it must never end in the failed set for them.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      runRetryDelay: 1000,
      // As in openQueue. The price: delays are rounded up to whole seconds.
      skipVersionCheck: true,
    });
    this.#worker.onRenewal(clock, (token, sentAt) => this.#held.get(token)?.renewed(sentAt));
    this.#worker.on("error", (error) => this.#report(error));
  }

  /**
   * Takes no more jobs and resolves when those in hand have ended, or after `withinMs`: what is then still in
   * hand goes to another consumer once its lock has run out.
   */
  async close(withinMs: number): Promise<void> {
    this.#reports.leave();
    // Waiting for BullMQ to end in good order would never end while Redis is away.
    const force = this.#connection.status !== "ready";
    try {
      await withDeadline(this.#worker.close(force), withinMs, "closing an event consumer");
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      this.#logger.warn("stopping before all jobs have ended, another forwarder will take them over", {
        event: "events.stop_incomplete",
        error: describeError(error),
      });
    }
  }

  async #work(job: Job<EventJob>): Promise<void> {
    const { id = "", token = "" } = job;
    const held = this.#hold(job, id, token);
    this.#held.set(token, held);
    const ended = new AbortController();
    void this.#makeRoomIfLong(ended.signal);
    try {
      const end = await this.#process(jobContent(job.data), held);
      held.require();
      if (end.kind === "done") return;
      if (end.kind === "again") await held.rewrite(end.payloads);
      await this.#delay(job, end.delayMs);
    } catch (error) {
      if (error instanceof DelayedError) throw error;
      if (error instanceof JobLostError) this.#leave(id, error);
      this.#note(id, error);
      await this.#delay(job, error instanceof UnknownJobError ? UNREADABLE_MS : AFTER_ERROR_MS);
    } finally {
      ended.abort();
      if (this.#held.get(token) === held) this.#held.delete(token);
    }
  }

  /** Gives the place of a job that takes long to another one, until it ends. */
  async #makeRoomIfLong(ended: AbortSignal): Promise<void> {
    await this.#clock.sleep(LONG_MS, ended);
    if (ended.aborted || this.#longJobs === MAX_LONG_JOBS) return;
    this.#longJobs += 1;
    this.#worker.widen(CONCURRENCY + this.#longJobs);
    ended.addEventListener("abort", () => {
      this.#longJobs -= 1;
      this.#worker.widen(CONCURRENCY + this.#longJobs);
    });
  }

  #hold({ processedOn }: Job<EventJob>, id: string, token: string): HeldJob {
    const place = { id, key: queueKey(this.#place, id), token };
    // BullMQ notes the time before it asks for the job, so this is never too short.
    const takenMsAgo = Math.max(0, this.#clock.now() - (processedOn ?? this.#clock.now()));
    return new HeldJob(place, this.#connection, this.#clock, this.#lockMs, takenMsAgo);
  }

  /** Neither done nor delayed: whoever has the lock, or finds that nobody has, goes on with the job. */
  #leave(id: string, error: JobLostError): never {
    this.#logger.warn("lost the lock of a job, another forwarder continues it", {
      event: "events.job_lost",
      job: id,
      error: describeError(error),
    });
    throw new DelayedError();
  }

  async #delay(job: Job<EventJob>, delayMs: number): Promise<never> {
    await job.moveToDelayed(this.#clock.now() + delayMs, job.token);
    throw new DelayedError();
  }

  /** Trouble with Redis is told for all jobs, and all who ask it, at once. */
  #note(id: string, error: unknown): void {
    const isOfRedis = isRedisError(error);
    if (isOfRedis) this.#reports.failed(error);
    this.#logger[isOfRedis ? "debug" : "error"]("a job failed, retrying later", {
      event: "events.job_failed",
      job: id,
      error: describeError(error),
    });
  }

  /** BullMQ tells of the same trouble with Redis at every step, and of locks that were lost. */
  #report(error: Error): void {
    if (redisCause(error).code !== UNKNOWN_CODE) this.#reports.failed(error);
    else this.#logger.debug("event consumer error", { error: describeError(error) });
  }
}

/** BullMQ's Worker renews locks, and tells nobody when it began to; and with all places taken it notices no new ones. */
class EventWorker extends Worker<EventJob> {
  #clock: Clock | undefined;
  #report: (token: string, sentAt: number) => void = () => undefined;

  /** Calls `report` for every lock that was renewed, with the monotonic time at which that was asked for. */
  onRenewal(clock: Clock, report: (token: string, sentAt: number) => void): void {
    this.#clock = clock;
    this.#report = report;
  }

  /** Works on so many jobs at a time from now on. */
  widen(concurrency: number): void {
    const wider = concurrency > this.concurrency;
    this.concurrency = concurrency;
    // It waits for a job to end before it looks for another one, unless it is resumed.
    if (!wider || this.closing !== undefined || this.isPaused()) return;
    void this.pause(true).then(() => this.resume());
  }

  override async extendJobLocks(jobIds: string[], tokens: string[], duration: number): Promise<string[]> {
    const sentAt = this.#clock?.monotonic() ?? 0;
    const failed = new Set(await super.extendJobLocks(jobIds, tokens, duration));
    for (const [i, id] of jobIds.entries()) if (!failed.has(id)) this.#report(tokens[i] ?? "", sentAt);
    return [...failed];
  }
}
