import { randomUUID } from "node:crypto";
import type { Clock } from "../../../shared/base/clock.ts";
import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import type { HoldQuota } from "./hold-quota.ts";
import { mayPass, storeFailure } from "./store-failure.ts";

/** What one job holds at most. A payload larger than `bytes` is a job of its own. */
const JOB_LIMITS = { payloads: 50, bytes: 256 * 1024 };

/** What one environment may let wait for its turn; 32 MiB are far more than a working Redis leaves waiting. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

/** Redis does not keep up: refusing is honest, and waiting without a bound is not. */
export class CongestedError extends Error {
  override readonly name = "CongestedError";

  constructor() {
    super("too many events wait for the queue");
  }
}

/** How many of the waiting payloads, oldest first, make the next job; at least one if any waits. */
export function jobLength(waitingBytes: Iterable<number>, limits = JOB_LIMITS): number {
  let count = 0;
  let sum = 0;
  for (const bytes of waitingBytes) {
    sum += bytes;
    if (count === limits.payloads || (count > 0 && sum > limits.bytes)) break;
    count += 1;
  }
  return count;
}

/** A confirmation may take that long also where nothing is held. */
const CONFIRM_MS = 1000;
/** Who must be answered within this has no time for another try; it also spares one for each payload of a job. */
const LAST_MOMENT_MS = 250;
/** Between two tries of a job. */
const FIRST_REST_MS = 100;
const LONGEST_REST_MS = 1000;

/** What group commit works with. */
export interface CommitParts {
  /**
   * Adds one job; resolves once it is safe, and rejects otherwise, after `withinMs` at the latest. Asked again for what
   * is left of a job, with its id, it makes no second one of it.
   */
  readonly commit: (jobId: string, payloads: readonly EventPayload[], withinMs: number) => Promise<void>;
  /** `[Events] holdTime`: how long a payload may wait for a Redis that does not take it; 0: no longer than one try. */
  readonly holdMs: number;
  readonly quota: HoldQuota;
  readonly clock: Clock;
}

interface Waiting {
  readonly payload: EventPayload;
  /** By the monotonic clock: when it must have its answer. */
  readonly until: number;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * One round of the event loop: answers go out and requests that are there come in before the next job is made. That
 * makes a third fewer jobs under load, and costs a lone payload nothing, because nothing is under way when it comes.
 */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/**
 * Turns one environment's payloads into jobs: whatever arrived while the previous job was being added becomes the next
 * one. Under load that makes few large jobs, without load it costs no delay. While Redis does not take a job it is tried
 * again, and what came later waits behind it, until time is up for one after the other.
 */
export class GroupCommit {
  readonly #parts: CommitParts;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #running = false;
  /** Why the last try failed, if it did. */
  #failure: unknown;
  /** By the monotonic clock: when everybody must have an answer. */
  #latest = Number.POSITIVE_INFINITY;
  #resting: AbortController | undefined;

  constructor(parts: CommitParts) {
    this.#parts = parts;
  }

  /** Resolves once the payload is safe; rejects with what kept it from that, or a {@link CongestedError}. */
  add(payload: EventPayload): Promise<void> {
    const { quota, holdMs, clock } = this.#parts;
    const bytes = payload.body.byteLength;
    if (this.#waitingBytes + bytes > MAX_WAITING_BYTES || !quota.take(bytes))
      return Promise.reject(new CongestedError());
    return new Promise((resolve, reject) => {
      const until = clock.monotonic() + Math.max(holdMs, CONFIRM_MS);
      this.#waiting.push({ payload, until, resolve, reject });
      this.#waitingBytes += bytes;
      if (!this.#running) void this.#run();
    });
  }

  /** Tries at once what waits for another try: Redis is there again. */
  wake(): void {
    this.#resting?.abort();
  }

  /** Everybody, also who still comes, is answered within that time: the process ends, or the environment goes. */
  answerWithin(ms: number): void {
    this.#latest = this.#parts.clock.monotonic() + ms;
    this.wake();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      const next = this.#waiting.slice(0, JOB_LIMITS.payloads);
      const job = this.#take(jobLength(next.map(({ payload }) => payload.body.byteLength)));
      await this.#store(`job-${randomUUID()}`, job);
      if (this.#failure === undefined) await turn();
    }
    this.#running = false;
  }

  /** Returns when everybody in the job has an answer. */
  async #store(jobId: string, job: readonly Waiting[]): Promise<void> {
    let left = job;
    for (let failures = 0; ; failures += 1) {
      if (this.#failure !== undefined) left = this.#withoutLate(left);
      const [first] = left;
      if (first === undefined) return;
      try {
        await this.#parts.commit(
          jobId,
          left.map(({ payload }) => payload),
          this.#patienceMs(first),
        );
        this.#failure = undefined;
        for (const one of left) this.#settle(one);
        return;
      } catch (error) {
        this.#failure = error;
        if (this.#parts.holdMs === 0 || !mayPass(storeFailure(error))) {
          // Those who came meanwhile have waited as long as this took, and would fare alike.
          for (const one of [...left, ...this.#take(this.#waiting.length)]) this.#settle(one, error);
          return;
        }
        await this.#rest(first, failures);
      }
    }
  }

  /** Answers those for whom there is no more time. */
  #withoutLate(job: readonly Waiting[]): readonly Waiting[] {
    return job.filter((one) => {
      if (this.#leftMs(one) > LAST_MOMENT_MS) return true;
      this.#settle(one, this.#failure);
      return false;
    });
  }

  /** Until the next try, or until `first` must be answered. */
  async #rest(first: Waiting, failures: number): Promise<void> {
    const restMs = Math.min(
      LONGEST_REST_MS,
      FIRST_REST_MS * 2 ** failures,
      this.#leftMs(first) - LAST_MOMENT_MS,
    );
    this.#resting = new AbortController();
    await this.#parts.clock.sleep(Math.max(0, restMs), this.#resting.signal);
    this.#resting = undefined;
  }

  /** How long a try may take. The first after a success has its time whatever the clock says: Redis is there. */
  #patienceMs(first: Waiting): number {
    const leftMs = this.#leftMs(first);
    return this.#failure === undefined ? Math.max(leftMs, CONFIRM_MS) : leftMs;
  }

  #leftMs({ until }: Waiting): number {
    return Math.max(0, Math.min(until, this.#latest) - this.#parts.clock.monotonic());
  }

  #settle({ payload, resolve, reject }: Waiting, error?: unknown): void {
    this.#parts.quota.release(payload.body.byteLength);
    if (error === undefined) resolve();
    else reject(error);
  }

  #take(count: number): Waiting[] {
    const taken = this.#waiting.splice(0, count);
    for (const { payload } of taken) this.#waitingBytes -= payload.body.byteLength;
    return taken;
  }
}
