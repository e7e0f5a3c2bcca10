import type { Random } from "./random.ts";

/** How waiting grows from one failed attempt to the next. */
export interface BackoffPolicy {
  readonly firstMs: number;
  readonly maxMs: number;
  /** The share of a delay that is random: 0.5 draws from the upper half, 1 from all of it ("full jitter"). */
  readonly jitter: number;
}

/**
 * How long to wait after `failures` failures in a row (1 or more): exponential, capped, less a random share, so
 * that many clients which failed together do not come back together.
 */
export function backoffMs(policy: BackoffPolicy, failures: number, random: Random): number {
  const ceiling = Math.min(policy.maxMs, policy.firstMs * 2 ** (failures - 1));
  return Math.round(ceiling * (1 - policy.jitter * random()));
}
