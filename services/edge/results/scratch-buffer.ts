/** Larger results are rare, and not worth holding so much for. */
const MAX_BYTES = 1024 * 1024;

/**
 * Memory for results that go out at once, the same for one after the other: it is still in the processor's caches, and
 * new memory for each costs more than the evaluation, in faults and in collecting it.
 */
export class ScratchBuffer {
  #memory = Buffer.alloc(0);
  #free = false;

  /** So many bytes, with anything in them. */
  readonly acquire = (bytes: number): Buffer => {
    if (bytes > MAX_BYTES) return Buffer.allocUnsafeSlow(bytes);
    if (!this.#free || bytes > this.#memory.byteLength) this.#memory = Buffer.allocUnsafeSlow(bytes);
    this.#free = false;
    return this.#memory.subarray(0, bytes);
  };

  /** To be called when nobody needs what was taken any more; without that, it is left to whoever still does. */
  release({ buffer }: Buffer): void {
    if (buffer === this.#memory.buffer) this.#free = true;
  }
}
