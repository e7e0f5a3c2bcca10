import type { Clock } from "../clock.ts";

/** Long enough to lose nothing to the pauses, short enough that other requests do not notice it. */
const SLICE_MS = 4;

/** Work that comes in small pieces. */
export interface SlicedWork {
  /** Does one piece, well under a millisecond; says whether there is more. Must not throw. */
  step(): boolean;
}

/**
 * Long work of all streams of a process, done in slices of a few milliseconds between which the event loop serves
 * everybody else. Who has more work than fits goes to the end of the line.
 */
export class TimeSlices {
  readonly #clock: Clock;
  readonly #line = new Set<SlicedWork>();
  #scheduled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins, in the next turn of the event loop, to call `work.step()` until it says that there is no more. */
  add(work: SlicedWork): void {
    this.#line.add(work);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#slice);
  }

  readonly #slice = (): void => {
    const end = this.#clock.monotonic() + SLICE_MS;
    for (const work of this.#line) {
      this.#line.delete(work);
      while (work.step()) {
        if (this.#clock.monotonic() < end) continue;
        this.#line.add(work);
        break;
      }
      if (this.#clock.monotonic() >= end) break;
    }
    this.#scheduled = this.#line.size > 0;
    if (this.#scheduled) setImmediate(this.#slice);
  };
}
