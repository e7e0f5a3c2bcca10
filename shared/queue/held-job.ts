import type { Redis } from "ioredis";
import type { Clock } from "../base/clock.ts";
import { breaksOf } from "../redis/breaks.ts";
import { encodeJob } from "./event-job.ts";
import type { EventPayload } from "./event-payload.ts";
import { REWRITE } from "./held-job-scripts.ts";

/** Another forwarder holds the job, or may hold it: leave it alone. */
export class JobLostError extends Error {
  override readonly name = "JobLostError";
}

/** A BullMQ job's key, and the token of its lock. */
export interface JobPlace {
  readonly id: string;
  readonly key: string;
  readonly token: string;
}

/** A job whose lock this process holds. */
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

  /** Records that the lock was renewed by a command sent at that time, by the monotonic clock. */
  renewed(sentAt: number): void {
    this.#renewedAt = Math.max(this.#renewedAt, sentAt);
  }

  /**
   * Throws a {@link JobLostError} unless the lock is certainly ours: it has not expired by our clock, and Redis
   * was connected all the time. Call it before anything visible to others, such as a POST.
   */
  require(): void {
    if (this.#clock.monotonic() - this.#renewedAt >= this.#lockMs)
      throw new JobLostError("the job's lock was not renewed in time");
    if (breaksOf(this.#connection) !== this.#breaks || this.#connection.status !== "ready")
      throw new JobLostError("the connection to Redis broke after the job was taken");
  }

  /** Replaces the job's payloads. Rejects with a {@link JobLostError} if its lock is no longer ours. */
  async rewrite(payloads: readonly EventPayload[]): Promise<void> {
    this.require();
    const data = JSON.stringify(encodeJob(payloads));
    const done = await this.#connection.eval(REWRITE, 2, this.key, this.lockKey, this.token, data);
    if (done !== 1) throw new JobLostError("the job's lock is no longer ours");
  }
}
