import type { EventPayload } from "../../../shared/queue/event-job.ts";

/** What one job holds at most. A payload larger than `bytes` is a job of its own. */
const JOB_LIMITS = { payloads: 50, bytes: 256 * 1024 };

/** What may wait for its turn; 32 MiB are far more than a working Redis leaves waiting. */
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

interface Waiting {
  readonly payload: EventPayload;
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
 * Turns payloads into jobs: whatever arrived while the previous job was being added becomes the next one. Under
 * load that makes few large jobs, without load it costs no delay.
 */
export class GroupCommit {
  readonly #commit: (payloads: readonly EventPayload[]) => Promise<void>;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #running = false;

  /** `commit` adds one job and resolves once it is safe. */
  constructor(commit: (payloads: readonly EventPayload[]) => Promise<void>) {
    this.#commit = commit;
  }

  /** Resolves once the payload is safe; rejects with what kept it from that, or a {@link CongestedError}. */
  add(payload: EventPayload): Promise<void> {
    if (this.#waitingBytes + payload.body.byteLength > MAX_WAITING_BYTES)
      return Promise.reject(new CongestedError());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ payload, resolve, reject });
      this.#waitingBytes += payload.body.byteLength;
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      const next = this.#waiting.slice(0, JOB_LIMITS.payloads);
      const job = this.#take(jobLength(next.map(({ payload }) => payload.body.byteLength)));
      try {
        await this.#commit(job.map(({ payload }) => payload));
        for (const { resolve } of job) resolve();
        await turn();
      } catch (error) {
        // Those who came meanwhile have waited as long as this took: another try would keep them waiting more.
        for (const { reject } of [...job, ...this.#take(this.#waiting.length)]) reject(error);
      }
    }
    this.#running = false;
  }

  #take(count: number): Waiting[] {
    const taken = this.#waiting.splice(0, count);
    for (const { payload } of taken) this.#waitingBytes -= payload.body.byteLength;
    return taken;
  }
}
