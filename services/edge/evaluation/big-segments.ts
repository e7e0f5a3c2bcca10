/** How trustworthy what is known of big segments is, as reasons say it. */
export type BigSegmentsStatus = "HEALTHY" | "STALE" | "STORE_ERROR" | "NOT_CONFIGURED";

/** What a store of big segments says about a context's keys, looked up before the evaluation begins. */
export interface Memberships {
  readonly status: BigSegmentsStatus;
  /** Whether the key is a member of the segment (`KEY.gGENERATION`); `undefined`: the segment's rules decide. */
  includes(segment: string, contextKey: string): boolean | undefined;
}

/** There is no store of big segments. */
export const NO_MEMBERSHIPS: Memberships = { status: "NOT_CONFIGURED", includes: () => undefined };

const BY_TROUBLE: readonly BigSegmentsStatus[] = ["HEALTHY", "STALE", "STORE_ERROR", "NOT_CONFIGURED"];

/** The worse of two states, of which either may not have been asked for. */
export function worse(
  one: BigSegmentsStatus | undefined,
  other: BigSegmentsStatus | undefined,
): BigSegmentsStatus | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return BY_TROUBLE.indexOf(one) > BY_TROUBLE.indexOf(other) ? one : other;
}
