import type { EventFacts } from "../base/logger.ts";
import { type Claim, decodeClaim } from "../model/claim.ts";

/** What to tell an operator whose environment meets a prefix that another environment has claimed. */
export interface ForeignClaim {
  readonly message: string;
  readonly facts: EventFacts<"error">;
}

/** `stored`: the text of the other's claim. `mine` is what the environment would claim. */
export function foreignClaim(prefix: string, stored: string, mine: Claim): ForeignClaim {
  const other = describeClaim(decodeClaim(stored));
  return {
    message:
      `the prefix "${prefix}" in Redis belongs to ${other}, not to this environment, ${describeClaim(mine)}, for which nothing is written or ` +
      'served. Give one of the two a prefix of its own, or take the prefix over with "ld-relay claim --force"',
    facts: { event: "claim.foreign", prefix, claimedBy: other },
  };
}

/** Names may be equal, so the id that LaunchDarkly gave it comes along, or else what tells SDK keys apart. */
export function describeClaim(claim: Claim | undefined): string {
  if (claim === undefined) return "another environment, whose claim is unreadable";
  const { name, envId, fingerprints } = claim;
  const sign =
    envId === undefined ? `SDK key fingerprint ${fingerprints.join(", ")}` : `environment id ${envId}`;
  return `"${name}" (${sign})`;
}
