/** How long holding an environment lasts without being renewed, and how often what is done meanwhile, in milliseconds. */
export interface LeaseTiming {
  /** How long Redis keeps a lease that nobody renews: an ingestor that was killed is replaced after this. */
  readonly ttlMs: number;
  /** Between renewals, and between attempts of the one that waits for its turn. */
  readonly renewMs: number;
  /** Before a command whose outcome is unknown is tried again. */
  readonly retryMs: number;
  /** In which the walk compares all that Redis holds once. */
  readonly walkMs: number;
  /** Before who could not learn from LaunchDarkly whose a prefix is asks again. */
  readonly learnAgainMs: number;
}

export const LEASE_TIMING: LeaseTiming = {
  ttlMs: 8000,
  renewMs: 1000,
  retryMs: 200,
  walkMs: 300_000,
  learnAgainMs: 60_000,
};
