/** What a cache may hold at most. */
export interface CacheBounds {
  readonly maxCount: number;
  readonly maxBytes: number;
}

/** Where all were asked for, to give each another turn would take as long as there are entries. */
const MAX_TURNS = 32;

interface Entry<Value> {
  readonly value: Value;
  readonly bytes: number;
  /** Whether it was asked for since it took its place. */
  wanted: boolean;
}

/**
 * Keeps values under a key. When they become too much it lets go of the oldest that nobody has asked for since its turn
 * was last there: to note that costs nothing, and to keep them in the order of their use more than to find them.
 */
export class BoundedCache<Value> {
  readonly #bounds: CacheBounds;
  /** In the order of their turns. */
  readonly #entries = new Map<string, Entry<Value>>();
  #bytes = 0;

  constructor(bounds: CacheBounds) {
    this.#bounds = bounds;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    entry.wanted = true;
    return entry.value;
  }

  /** Keeps a value instead of what was there; `bytes` is all that it takes, the key included. */
  set(key: string, value: Value, bytes: number): void {
    this.delete(key);
    // One that is alone too much would only push out all the others.
    if (bytes > this.#bounds.maxBytes) return;
    this.#makeRoom(bytes);
    this.#entries.set(key, { value, bytes, wanted: false });
    this.#bytes += bytes;
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }

  #makeRoom(bytes: number): void {
    let turns = 0;
    for (const [oldest, entry] of this.#entries) {
      if (this.#bytes + bytes <= this.#bounds.maxBytes && this.#entries.size < this.#bounds.maxCount) return;
      if (entry.wanted && turns < MAX_TURNS) {
        turns += 1;
        this.#giveAnotherTurn(oldest, entry);
      } else this.delete(oldest);
    }
  }

  #giveAnotherTurn(key: string, entry: Entry<Value>): void {
    entry.wanted = false;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
  }
}
