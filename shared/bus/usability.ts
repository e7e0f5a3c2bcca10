import type { Ownership } from "../model/claim.ts";
import { sameSum, sumOf } from "../model/content-sum.ts";
import type { RelayStatus, Snapshot } from "./environment-store.ts";
import type { FollowerState } from "./following.ts";

/**
 * Whether what Redis holds can be served. `unclaimed`: no ingestor has written there yet, or only one of an earlier
 * version. `foreign`: it is another environment's, by its claim. `damaged`: items are missing or were changed, and no
 * ingestor has mended that yet.
 */
export type Usability =
  | { readonly kind: "usable" | "unclaimed" | "damaged" }
  | { readonly kind: "foreign"; readonly claim: string };

/** `claim`: the text of the claim in Redis, which belongs to who `ownership` says. */
export function usabilityOf(
  { damaged, blocked }: FollowerState,
  ownership: Ownership,
  claim: string | undefined,
): Usability {
  if (ownership === "unclaimed") return { kind: "unclaimed" };
  if (ownership === "foreign") return { kind: "foreign", claim: claim ?? "" };
  return { kind: damaged || blocked ? "damaged" : "usable" };
}

/** What an earlier version has written cannot be checked, and counts as intact; what has lost its sum does not. */
export function isIntact({ data, sum }: Snapshot): boolean {
  return sum === "outdated" || (sum !== undefined && sameSum(sum, sumOf(data)));
}

/**
 * What an ingestor of another environment reports of upstream, and its word, are not ours to repeat. Where nobody has
 * claimed anything it may be anybody's, so that the environment's id is left out.
 */
export function repeatableStatus(status: RelayStatus, ownership: Ownership): RelayStatus {
  if (ownership === "ours") return status;
  if (ownership === "foreign" || status.upstream === undefined) return { ...status, upstream: undefined };
  const { envId: _, ...upstream } = status.upstream;
  return { ...status, upstream };
}
