import type { Clock } from "../clock.ts";
import type { Stop } from "../stop-scope.ts";

/** How often the streams look at the clock: the grain of heartbeats, ages and deadlines. */
export const TICK_MS = 100;

/** The one timer of all streams of a process. It rests while nobody follows it. */
export class Ticker {
  readonly #clock: Clock;
  readonly #followers = new Set<(nowMs: number) => void>();
  #running: AbortController | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `tick` every {@link TICK_MS} with the monotonic time, until stopped. It must not throw. */
  follow(tick: (nowMs: number) => void): Stop {
    this.#followers.add(tick);
    if (this.#running === undefined) {
      this.#running = new AbortController();
      void this.#run(this.#running.signal);
    }
    return () => {
      this.#followers.delete(tick);
      if (this.#followers.size > 0) return;
      this.#running?.abort();
      this.#running = undefined;
    };
  }

  async #run(stopped: AbortSignal): Promise<void> {
    for (;;) {
      await this.#clock.sleep(TICK_MS, stopped);
      if (stopped.aborted) return;
      const now = this.#clock.monotonic();
      for (const tick of this.#followers) tick(now);
    }
  }
}
