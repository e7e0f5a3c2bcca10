import type { Clock } from "../../../shared/base/clock.ts";

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Time that passes only as fast as there is something to do: a run of an hour takes moments, and is repeatable. */
export class VirtualTime {
  #now = 0;
  #order = 0;
  readonly #entries: Entry[] = [];

  get now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): void {
    const entry = { at: this.#now + Math.max(0, ms), order: this.#order++, run };
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#entries[middle];
      if (
        other !== undefined &&
        (other.at > entry.at || (other.at === entry.at && other.order > entry.order))
      )
        low = middle + 1;
      else high = middle;
    }
    this.#entries.splice(low, 0, entry);
  }

  /** Runs until `end`, or until `done` says so after a step. */
  async run(end: number, done: () => boolean = () => false): Promise<void> {
    for (let next = this.#entries.at(-1); next !== undefined && next.at <= end; next = this.#entries.at(-1)) {
      this.#entries.pop();
      this.#now = next.at;
      next.run();
      // Everything that promises lead to happens at this moment, before time goes on.
      await new Promise((resolve) => setImmediate(resolve));
      if (done()) return;
    }
    this.#now = Math.max(this.#now, end);
  }
}

/** A process in virtual time: it can be stopped between any two steps, and killed. It is the clock of its parts. */
export class VirtualProcess implements Clock {
  readonly #time: VirtualTime;
  #stoppedUntil = 0;
  #killed = false;
  readonly #due: (() => void)[] = [];

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  /** Does `step` in this process: in order, not before it runs again, never once it was killed. */
  deliver(delayMs: number, step: () => void): void {
    this.#time.after(delayMs, () => {
      this.#due.push(step);
      this.#next();
    });
  }

  #next(): void {
    if (this.#killed || this.#due.length === 0) return;
    const wait = this.#stoppedUntil - this.#time.now;
    if (wait > 0) return this.#time.after(wait, () => this.#next());
    this.#due.shift()?.();
    this.#time.after(0, () => this.#next());
  }

  stopFor(ms: number): void {
    this.#stoppedUntil = Math.max(this.#stoppedUntil, this.#time.now + ms);
  }

  resume(): void {
    this.#stoppedUntil = 0;
    this.#next();
  }

  kill(): void {
    this.#killed = true;
  }

  now(): number {
    return this.#time.now;
  }

  monotonic(): number {
    return this.#time.now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      signal?.addEventListener("abort", () => resolve(), { once: true });
      this.deliver(ms, resolve);
    });
  }
}
