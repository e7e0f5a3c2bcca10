import type { QueueSize } from "../../../shared/queue/claimed-queue.ts";
import type { PayloadKind } from "../../../shared/queue/event-payload.ts";

/** How much of Redis the queues may take. */
export interface QueueLimits {
  /** `[Events] maxQueueBytes`, for all environments together. */
  readonly maxBytes: number;
  /** `[Events] maxQueueShare`: the part of it that one environment may take. */
  readonly maxShare: number;
}

/** How much each environment's queue takes. */
type Sizes = ReadonlyMap<string, QueueSize>;

/**
 * The part of either limit that may be parked, because LaunchDarkly takes none of its kind: beyond it that kind is
 * refused, so that the others keep room. They need little, because what LaunchDarkly takes does not wait for long.
 */
const PARKED_SHARE = 0.8;

/**
 * Whether there is room in the queues: what was measured last, and what this edge has added since. Other edges' part
 * is known a measurement later, so the limits may be exceeded by what they take in within a second or two; with very
 * many environments, until all of them have been measured.
 */
export class QueueQuota {
  readonly #limits: QueueLimits;
  readonly #bytes = new Map<string, number>();
  #total = 0;
  readonly #parked = new Map<string, QueueSize["parked"]>();
  /** Since a measurement of the environment's queue began, for it may not have seen them. */
  readonly #added = new Map<string, number>();

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** An environment's payloads of so many bytes go into its queue. */
  add(environmentId: string, bytes: number): void {
    increase(this.#bytes, environmentId, bytes);
    increase(this.#added, environmentId, bytes);
    this.#total += bytes;
  }

  /** Call before a measurement of these queues begins; only the last one counts, with {@link measured}. */
  measuring(environmentIds: Iterable<string>): void {
    for (const id of environmentIds) this.#added.delete(id);
  }

  /** Queues that are not in `sizes` keep what was measured of them before. */
  measured(sizes: Sizes): void {
    for (const [id, { bytes, parked }] of sizes) {
      this.#parked.set(id, parked);
      this.#setBytes(id, bytes + sumOf(parked) + (this.#added.get(id) ?? 0));
    }
  }

  /** The environment is gone. */
  forget(environmentId: string): void {
    this.#setBytes(environmentId, 0);
    for (const known of [this.#bytes, this.#parked, this.#added]) known.delete(environmentId);
  }

  isFull(environmentId: string): boolean {
    const { maxBytes, maxShare } = this.#limits;
    return this.#total >= maxBytes || (this.#bytes.get(environmentId) ?? 0) >= maxBytes * maxShare;
  }

  /** Whether some of this kind are parked, and as many as may be, of this environment or of all together. */
  isParkedFull(environmentId: string, kind: PayloadKind): boolean {
    const { maxBytes, maxShare } = this.#limits;
    const parked = this.#parked.get(environmentId);
    if (!parked?.has(kind)) return false;
    const total = [...this.#parked.values()].reduce((sum, one) => sum + sumOf(one), 0);
    return total >= maxBytes * PARKED_SHARE || sumOf(parked) >= maxBytes * maxShare * PARKED_SHARE;
  }

  #setBytes(environmentId: string, bytes: number): void {
    this.#total += bytes - (this.#bytes.get(environmentId) ?? 0);
    this.#bytes.set(environmentId, bytes);
  }
}

function sumOf(sizes: QueueSize["parked"]): number {
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function increase(sizes: Map<string, number>, id: string, bytes: number): void {
  sizes.set(id, (sizes.get(id) ?? 0) + bytes);
}
