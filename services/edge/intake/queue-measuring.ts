import type { Clock } from "../../../shared/base/clock.ts";
import { describeError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { QueueSize } from "../../../shared/queue/claimed-queue.ts";
import { ForeignClaimError } from "../../../shared/queue/queue-claim.ts";
import type { QueueQuota } from "./queue-quota.ts";

/** What measuring the queues of an edge needs. */
export interface QueueMeasuringParts {
  /** The environments' queues that there are now, by their ids. */
  readonly queues: () => readonly (readonly [environmentId: string, MeasurableQueue])[];
  readonly quota: Pick<QueueQuota, "measuring" | "measured">;
  /** How often some are measured. */
  readonly everyMs?: number;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** A queue that says how much it takes in Redis, as measured `freshMs` ago at most. */
interface MeasurableQueue {
  readonly size: (freshMs: number) => Promise<QueueSize>;
}

const EVERY_MS = 1000;
/** Queues that are measured at a time: with more environments each has its turn less often, and Redis the same work. */
export const MEASURED_AT_ONCE = 100;

/** Keeps the quota true to what the queues take: some of them every second, all of them in turns. */
export class QueueMeasuring {
  readonly #parts: QueueMeasuringParts;
  readonly #everyMs: number;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  /** Those that have had their turn. */
  readonly #measured = new Set<string>();

  /** Begins at once. */
  constructor(parts: QueueMeasuringParts) {
    this.#parts = parts;
    this.#everyMs = parts.everyMs ?? EVERY_MS;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#parts;
    const { signal } = this.#stopping;
    for (;;) {
      await clock.sleep(this.#everyMs, signal);
      if (signal.aborted) return;
      await this.measure();
    }
  }

  /** Measures those whose turn it is. Never rejects: a queue of which nothing is known keeps its last size. */
  async measure(): Promise<void> {
    const { queues, quota } = this.#parts;
    const turn = this.#turn();
    quota.measuring(turn.map(([id]) => id));
    const sizes = await Promise.all(turn.map(async ([id, queue]) => [id, await this.#size(queue)] as const));
    // One may have been removed meanwhile.
    const present = new Set(queues().map(([id]) => id));
    const known = sizes.flatMap(([id, size]) =>
      size !== undefined && present.has(id) ? [[id, size] as const] : [],
    );
    quota.measured(new Map(known));
  }

  #turn(): (readonly [string, MeasurableQueue])[] {
    const { queues } = this.#parts;
    const left = () => queues().filter(([id]) => !this.#measured.has(id));
    if (left().length === 0) this.#measured.clear();
    const turn = left().slice(0, MEASURED_AT_ONCE);
    for (const [id] of turn) this.#measured.add(id);
    return turn;
  }

  async #size(queue: MeasurableQueue): Promise<QueueSize | undefined> {
    const rounds = Math.ceil(this.#parts.queues().length / MEASURED_AT_ONCE);
    try {
      return await queue.size(this.#everyMs * rounds);
    } catch (error) {
      if (error instanceof ForeignClaimError) return { bytes: 0, parked: new Map() };
      this.#parts.logger.debug("the size of an event queue is unknown", { error: describeError(error) });
      return undefined;
    }
  }
}
