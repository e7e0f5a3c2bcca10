/** How long holding an environment lasts without being renewed, and how often that is done, in milliseconds. */
export interface LeaseTiming {
  /** How long Redis keeps a lease that nobody renews: an ingestor that was killed is replaced after this. */
  readonly ttlMs: number;
  /** Between renewals, and between attempts of the one that waits for its turn. */
  readonly renewMs: number;
  /** Before a command whose outcome is unknown is tried again. */
  readonly retryMs: number;
}

export const LEASE_TIMING: LeaseTiming = { ttlMs: 8000, renewMs: 1000, retryMs: 200 };
