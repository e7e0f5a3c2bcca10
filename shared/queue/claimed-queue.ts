import type { Redis } from "ioredis";
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

/** The queue to which an environment's claim leads, for those who fill it. */
export class ClaimedQueue {
  readonly #connection: Redis;
  readonly #claim: QueueClaim;
  readonly #logger: Logger;
  #open: { readonly key: string; readonly queue: EventQueue } | undefined;

  /** `connection` has the purpose `command` and stays the caller's. */
  constructor(connection: Redis, claim: QueueClaim, logger: Logger) {
    this.#connection = connection;
    this.#claim = claim;
    this.#logger = logger;
  }

  /**
   * Adds the payloads as one job, as `EventQueue.add` does. Rejects with a `ForeignClaimError` while another has
   * claimed the prefix: a job that was added when that came out lies in our own queue, where no other looks.
   */
  async add(payloads: readonly EventPayload[], options: AddOptions = {}): Promise<void> {
    const place = await this.#claim.place();
    await Promise.all([this.#claim.confirm(place), this.#queueAt(place).add(payloads, options)]);
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
