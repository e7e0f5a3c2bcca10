/** How far another clock is ahead of ours, as one question has shown. */
export interface ClockEstimate {
  /** The other clock's time minus our monotonic time. */
  readonly aheadMs: number;
  /** Half of the time that the answer took: the estimate is wrong by no more than this. */
  readonly uncertainMs: number;
  /** When it was made, by our monotonic clock. */
  readonly atMs: number;
}

/** By how much two clocks may drift apart: 100 millionths, twice as much as common ones do. */
const DRIFT = 1e-4;

/**
 * Which of two estimates to go on with. A slow answer says less than a fast one, so it counts only once the one before
 * may be as far off through drift; or if both cannot be true, because the other clock was set, or is another one now.
 */
export function betterEstimate(known: ClockEstimate | undefined, latest: ClockEstimate): ClockEstimate {
  if (known === undefined) return latest;
  const uncertainMs = known.uncertainMs + (latest.atMs - known.atMs) * DRIFT;
  const contradicts = Math.abs(latest.aheadMs - known.aheadMs) > uncertainMs + latest.uncertainMs;
  return contradicts || latest.uncertainMs <= uncertainMs ? latest : known;
}
