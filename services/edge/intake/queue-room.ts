/** How much of Redis the queues may take. */
export interface QueueLimits {
  /** `[Events] maxQueueBytes`, for all environments together. */
  readonly maxBytes: number;
  /** `[Events] maxQueueShare`: the part of it that one environment may take. */
  readonly maxShare: number;
}

/** Bytes by environment. */
type Sizes = ReadonlyMap<string, number>;

/**
 * Whether there is room in the queues: what was measured last, and what this edge has added since. Other edges' part
 * is known a measurement later, so the limits may be exceeded by what they take in within a second or two.
 */
export class QueueRoom {
  readonly #limits: QueueLimits;
  #bytes = new Map<string, number>();
  #total = 0;
  /** Since a measurement began, for it may not have seen them. */
  #added = new Map<string, number>();

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** An environment's payloads of so many bytes go into its queue. */
  add(environmentId: string, bytes: number): void {
    increase(this.#bytes, environmentId, bytes);
    increase(this.#added, environmentId, bytes);
    this.#total += bytes;
  }

  /** Call before a measurement begins; only the last one counts, with {@link measured}. */
  measuring(): void {
    this.#added = new Map();
  }

  measured(sizes: Sizes): void {
    this.#bytes = new Map(sizes);
    for (const [id, bytes] of this.#added) increase(this.#bytes, id, bytes);
    this.#total = [...this.#bytes.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  isFull(environmentId: string): boolean {
    const { maxBytes, maxShare } = this.#limits;
    return this.#total >= maxBytes || (this.#bytes.get(environmentId) ?? 0) >= maxBytes * maxShare;
  }
}

function increase(sizes: Map<string, number>, id: string, bytes: number): void {
  sizes.set(id, (sizes.get(id) ?? 0) + bytes);
}
