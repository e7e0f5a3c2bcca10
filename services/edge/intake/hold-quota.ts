/** What may wait for Redis at a time. */
export interface HoldLimits {
  readonly payloads: number;
  readonly bytes: number;
}

/**
 * What waits for Redis in the whole process, of all environments: nothing else bounds it while Redis is away and
 * SDKs go on posting.
 */
export class HoldQuota {
  readonly #limits: HoldLimits;
  #payloads = 0;
  #bytes = 0;

  constructor(limits: HoldLimits) {
    this.#limits = limits;
  }

  get payloads(): number {
    return this.#payloads;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether there is room for one more payload, which then counts until {@link release}. */
  take(bytes: number): boolean {
    const { payloads, bytes: maxBytes } = this.#limits;
    if (this.#payloads >= payloads || this.#bytes + bytes > maxBytes) return false;
    this.#payloads += 1;
    this.#bytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#payloads -= 1;
    this.#bytes -= bytes;
  }
}
