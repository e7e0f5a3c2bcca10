import type { Redis } from "ioredis";
import { type Claim, claimsAgree, decodeClaim } from "../model/claim.ts";
import { environmentKeys } from "./keys.ts";

/**
 * LaunchDarkly's id of the environment with this prefix, as an ingestor has learned it and written it to the claim
 * of the flags; `undefined` if that claim has none, or is not of the same environment as `mine`.
 */
export async function learnedId(flags: Redis, prefix: string, mine: Claim): Promise<string | undefined> {
  const text = await flags.hget(environmentKeys(prefix).relay, "claim");
  const claim = text === null ? undefined : decodeClaim(text);
  return claim !== undefined && claimsAgree(claim, mine) ? claim.envId : undefined;
}
