/**
 * Time as the parts of the relay see it. Only a role's `main.ts` hands in {@link systemClock}; tests hand in
 * one that they move themselves.
 */
export interface Clock {
  /** Wall-clock time, in milliseconds since the epoch: for what others read. May jump. */
  now(): number;
  /** Milliseconds from an arbitrary start, never going back: for measuring how long something took. */
  monotonic(): number;
  /** Resolves after `ms`, or as soon as `signal` aborts. Never rejects: look at the signal afterwards. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done, { once: true });
    }),
};
