import type { Redis } from "ioredis";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { EventPayload, PayloadKind } from "./event-payload.ts";
import { type AddOptions, EventQueue } from "./event-queue.ts";
import { parkedSizes } from "./parked-sizes.ts";
import type { QueueClaim } from "./queue-claim.ts";
import { type EventsPlace, queueKey } from "./queue-place.ts";
import { queueSize } from "./queue-size.ts";

/** How many bytes a queue takes in Redis. */
export interface QueueSize {
  /** Without what is parked. */
  readonly bytes: number;
  readonly parked: ReadonlyMap<PayloadKind, number>;
}

/**
 * For so long a look at the claim holds for what is added after it. Under load a look for each job costs an edge a tenth
 * of its CPU, and shows nothing more: what was added just before a claim moves waits in our own queue, too.
 */
const CONFIRMED_MS = 25;

/** The queue to which an environment's claim leads, for those who fill it. */
export class ClaimedQueue {
  readonly #connection: Redis;
  readonly #claim: QueueClaim;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #logger: Logger;
  /** The queue that was ours at the last look, and when that began, by the monotonic clock. */
  #confirmed: { readonly key: string; readonly at: number } | undefined;
  #open: { readonly key: string; readonly queue: EventQueue } | undefined;

  /** `connection` has the purpose `command` and stays the caller's. */
  constructor(connection: Redis, claim: QueueClaim, clock: Pick<Clock, "monotonic">, logger: Logger) {
    this.#connection = connection;
    this.#clock = clock;
    this.#claim = claim;
    this.#logger = logger;
  }

  /**
   * Adds the payloads as one job, as `EventQueue.add` does. Rejects with a `ForeignClaimError` while another has
   * claimed the prefix: a job that was added when that came out lies in our own queue, where no other looks.
   */
  async add(payloads: readonly EventPayload[], options: AddOptions = {}): Promise<void> {
    const place = await this.#claim.place();
    await Promise.all([this.#confirm(place), this.#queueAt(place).add(payloads, options)]);
  }

  /** How much the queue takes in Redis, measured `freshMs` ago at most. Rejects as {@link add} does. */
  async size(freshMs: number): Promise<QueueSize> {
    const { queue } = await this.#claim.look();
    const [bytes, parked] = await Promise.all([
      queueSize(this.#connection, queue, freshMs),
      parkedSizes(this.#connection, queue),
    ]);
    return { bytes, parked };
  }

  /** Stops using the connection, which stays open. */
  async close(): Promise<void> {
    await this.#open?.queue.close();
  }

  async #confirm(place: EventsPlace): Promise<void> {
    const key = queueKey(place.queue, "");
    const at = this.#clock.monotonic();
    if (this.#confirmed?.key === key && at - this.#confirmed.at < CONFIRMED_MS) return;
    await this.#claim.confirm(place);
    this.#confirmed = { key, at };
  }

  #queueAt({ queue: place }: EventsPlace): EventQueue {
    const key = queueKey(place, "");
    if (this.#open?.key === key) return this.#open.queue;
    // What is being added to the former one ends there.
    void this.#open?.queue.close();
    const queue = new EventQueue(this.#connection, place, this.#logger);
    this.#open = { key, queue };
    return queue;
  }
}
