import type { Clock } from "../../../shared/base/clock.ts";

/** Between two looks no more than this counts: in a longer time it was this process that stood still. */
const MAX_STEP_MS = 5000;

/**
 * Watches a number in Redis that somebody keeps raising, and measures by this process's own clock for how long it has
 * not grown. Clocks of other hosts do not matter: the number is compared only with what was read here before.
 */
export class Growth {
  readonly #clock: Clock;
  #value: number | undefined;
  #grewAt: number | undefined;
  #stillMs = 0;
  #lookedAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lookedAt = clock.monotonic();
  }

  /** The number as it was just read. */
  read(value: number): void {
    this.#stillMs = this.stillMs;
    this.#lookedAt = this.#clock.monotonic();
    // What is there at first says nothing about now, and a lower one is that of a Redis which was restored.
    if (this.#value !== undefined && value > this.#value) {
      this.#grewAt = this.#clock.now();
      this.#stillMs = 0;
    }
    this.#value = value;
  }

  /** When it was last seen to grow, in milliseconds since the epoch; `undefined` while it never was. */
  get grewAt(): number | undefined {
    return this.#grewAt;
  }

  /** For how long it has not grown, as far as this process looked; counted from the beginning if it never has. */
  get stillMs(): number {
    return this.#stillMs + Math.min(MAX_STEP_MS, this.#clock.monotonic() - this.#lookedAt);
  }
}
