import type { Clock } from "../clock.ts";
import type { SlicedWork, TimeSlices } from "./time-slices.ts";

/**
 * What requests may take of one turn of the event loop before the others wait. All that come in a burst are read in one
 * turn, so what they take comes on top of that.
 */
const TURN_MS = 1;
/** What is not worth being forgotten with the turn in which it was spent. */
const MENTIONABLE_MS = 0.25;
/** How many who have had their turn may still be there. */
const CLEARED_AT = 256;

interface Waiting {
  readonly key: string;
  readonly work: () => void;
}

/**
 * Answers that cost time. One that comes alone is made at once; of a burst, as when all SDKs ask again after a
 * change, only as much as fits in a few milliseconds, and the others wait in line for the next turns of the event
 * loop, so that nobody else notices it.
 */
export class FairQueue implements SlicedWork {
  readonly #clock: Clock;
  readonly #slices: TimeSlices;
  /** Before `#next` are those who have had their turn. */
  readonly #line: Waiting[] = [];
  /** How often each key is in line. */
  readonly #waiting = new Map<string, number>();
  #next = 0;
  #spentMs = 0;
  #turnEnds = false;

  constructor(clock: Clock, slices: TimeSlices) {
    this.#clock = clock;
    this.#slices = slices;
  }

  /** Whether somebody in line waits for what has this key. */
  awaits(key: string): boolean {
    return this.#waiting.has(key);
  }

  /** Does `work`, which must not throw, now or in a later turn. */
  add(key: string, work: () => void): void {
    if (this.#line.length === 0 && this.#spentMs < TURN_MS) {
      this.#doNow(work);
      return;
    }
    this.#line.push({ key, work });
    this.#waiting.set(key, (this.#waiting.get(key) ?? 0) + 1);
    this.#slices.add(this);
  }

  /** Does what is first in line (see `Slices`). */
  step(): boolean {
    const first = this.#line[this.#next];
    if (first !== undefined) {
      this.#next += 1;
      this.#leave(first.key);
      first.work();
    }
    // Under a load that lasts the line is never empty, and must not keep all who ever stood in it.
    if (this.#next >= CLEARED_AT || this.#next >= this.#line.length) {
      this.#line.splice(0, this.#next);
      this.#next = 0;
    }
    return this.#line.length > 0;
  }

  #doNow(work: () => void): void {
    const began = this.#clock.monotonic();
    work();
    this.#spentMs += this.#clock.monotonic() - began;
    // To ask for the end of each turn costs as much as a small answer; a little from turns before harms nobody.
    if (this.#spentMs < MENTIONABLE_MS || this.#turnEnds) return;
    this.#turnEnds = true;
    setImmediate(this.#turnOver);
  }

  readonly #turnOver = (): void => {
    this.#turnEnds = false;
    this.#spentMs = 0;
  };

  #leave(key: string): void {
    const others = (this.#waiting.get(key) ?? 1) - 1;
    if (others > 0) this.#waiting.set(key, others);
    else this.#waiting.delete(key);
  }
}
