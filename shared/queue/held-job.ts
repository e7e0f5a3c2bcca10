import type { Redis } from "ioredis";
import type { Clock } from "../base/clock.ts";
import { breaksOf } from "../redis/breaks.ts";
import { encodeJob } from "./event-job.ts";
import type { EventPayload } from "./event-payload.ts";
import { REWRITE } from "./held-job-scripts.ts";

/** The job is, or may be, in other hands: whoever gets this leaves it alone. */
export class JobLostError extends Error {
  override readonly name = "JobLostError";
}

/** Where a job of BullMQ lies, and the token under which its lock was taken. */
export interface JobPlace {
  readonly id: string;
  readonly key: string;
  readonly token: string;
}

/** A job in our hands, for as long as its lock is ours. */
export class HeldJob {
  readonly id: string;
  /** The job's own hash. */
  readonly key: string;
  readonly lockKey: string;
  /** What the lock contains while it is ours. */
  readonly token: string;
  readonly #connection: Redis;
  readonly #clock: Clock;
  readonly #lockMs: number;
  readonly #breaks: number;
  #renewedAt: number;

  /** `takenMsAgo`: when the command that took the lock was sent. */
  constructor(place: JobPlace, connection: Redis, clock: Clock, lockMs: number, takenMsAgo: number) {
    this.id = place.id;
    this.key = place.key;
    this.lockKey = `${place.key}:lock`;
    this.token = place.token;
    this.#connection = connection;
    this.#clock = clock;
    this.#lockMs = lockMs;
    this.#breaks = breaksOf(connection);
    this.#renewedAt = clock.monotonic() - takenMsAgo;
  }

  /** Notes that the lock was renewed by a command that was sent then, by the monotonic clock. */
  renewed(sentAt: number): void {
    this.#renewedAt = Math.max(this.#renewedAt, sentAt);
  }

  /**
   * Throws a {@link JobLostError} unless the lock is certainly ours: it has not run out by our own clock, and Redis
   * was there all the time. To be asked before anything that others would see, such as a POST.
   */
  require(): void {
    if (this.#clock.monotonic() - this.#renewedAt >= this.#lockMs)
      throw new JobLostError("the job's lock was not renewed in time");
    if (breaksOf(this.#connection) !== this.#breaks || this.#connection.status !== "ready")
      throw new JobLostError("the connection to Redis broke after the job was taken");
  }

  /** Makes these payloads all that the job has left. Rejects with a {@link JobLostError} if it is not ours any more. */
  async rewrite(payloads: readonly EventPayload[]): Promise<void> {
    this.require();
    const data = JSON.stringify(encodeJob(payloads));
    const done = await this.#connection.eval(REWRITE, 2, this.key, this.lockKey, this.token, data);
    if (done !== 1) throw new JobLostError("the job's lock is not ours any more");
  }
}
