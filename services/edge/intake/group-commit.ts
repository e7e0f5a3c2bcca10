import { randomUUID } from "node:crypto";
import type { Clock } from "../../../shared/base/clock.ts";
import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import type { HoldQuota } from "./hold-quota.ts";
import { mayPass, storeFailure } from "./store-failure.ts";

/** The limits of a job. A payload larger than `bytes` is a job of its own. */
const JOB_LIMITS = { payloads: 50, bytes: 256 * 1024 };

/** The limits of an environment's waiting payloads; with a working Redis far less than 32 MiB waits. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

/** Too many payloads wait for Redis, so this one is refused. */
export class CongestedError extends Error {
  override readonly name = "CongestedError";

  constructor() {
    super("too many events wait for the queue");
  }
}

/** How many of the waiting payloads, oldest first, become the next job; at least one if any waits. */
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

/** The minimum time for a confirmation, even with a `holdTime` of 0. */
const CONFIRM_MS = 1000;
/** A payload whose time ends within this is not retried; this also avoids one try per payload of a job. */
const LAST_MOMENT_MS = 250;
/** Between two tries of a job. */
const FIRST_REST_MS = 100;
const LONGEST_REST_MS = 1000;

/** What group commit works with. */
export interface CommitParts {
  /**
   * Adds one job; resolves once Redis has confirmed it (E1), and rejects otherwise, after `withinMs` at the latest. Retried with
   * the same id, for what is left of a job, it adds no second one (E2).
   */
  readonly commit: (jobId: string, payloads: readonly EventPayload[], withinMs: number) => Promise<void>;
  /** `[Events] holdTime`: how long a payload may wait until Redis accepts it; 0: no longer than one try. */
  readonly holdMs: number;
  readonly quota: HoldQuota;
  readonly clock: Clock;
}

interface Waiting {
  readonly payload: EventPayload;
  /** By the monotonic clock: when it must be answered. */
  readonly until: number;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Waits one round of the event loop: responses are written and pending requests are read before the next job is made. Under
 * load that makes a third fewer jobs (`npm run bench -- events`); a single payload does not wait, because no job is in flight.
 */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/**
 * Turns one environment's payloads into jobs: all payloads that arrive while a job is being added become the next
 * one. Under load that makes few large jobs; without load there is no delay. While Redis does not accept a job it is
 * retried, and later payloads wait behind it, each until its time is up (E2).
 */
export class GroupCommit {
  readonly #parts: CommitParts;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #running = false;
  /** Why the last try failed, if it did. */
  #failure: unknown;
  /** By the monotonic clock: when all payloads must be answered. */
  #latest = Number.POSITIVE_INFINITY;
  #resting: AbortController | undefined;

  constructor(parts: CommitParts) {
    this.#parts = parts;
  }

  /** Resolves once Redis has the payload; rejects with the last failure, or a {@link CongestedError}. */
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

  /** Retries at once, because Redis is back. */
  wake(): void {
    this.#resting?.abort();
  }

  /** Answers all payloads within that time, later ones included: the process ends, or the environment is removed. */
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

  /** Resolves when all payloads of the job are answered. */
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
          // Payloads that arrived meanwhile have waited as long as this took, and would fail the same way.
          for (const one of [...left, ...this.#take(this.#waiting.length)]) this.#settle(one, error);
          return;
        }
        await this.#rest(first, failures);
      }
    }
  }

  /** Rejects the payloads whose time is up. */
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

  /** How long a try may take. The first try after a success gets its full time, because Redis is there. */
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
