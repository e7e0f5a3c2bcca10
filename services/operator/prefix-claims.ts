import type { Redis } from "ioredis";
import { RedisEnvironmentStore } from "../../shared/bus/redis-environment-store.ts";
import { type Claim, claimOf, decodeClaim, type Ownership, ownershipOf } from "../../shared/model/claim.ts";
import type { Environment } from "../../shared/model/environment.ts";
import { claimedPlace, takeOverEvents } from "../../shared/queue/claimed-place.ts";

/** Whose something under an environment's prefix is, seen from that environment. */
export interface Owner {
  readonly ownership: Ownership;
  /** Who has claimed it; `undefined` where nobody has, or the claim cannot be read. */
  readonly claim: Claim | undefined;
}

/** Where an environment's flags and events are: two Redises, or one for both. */
export interface Redises {
  readonly flags: Redis;
  readonly events: Redis;
}

/** Whose the flags and the events under an environment's prefix are. */
export interface PrefixClaim {
  readonly environment: Environment;
  readonly mine: Claim;
  readonly flags: Owner;
  /** `foreign` or not: whose events are nobody's yet are those of whoever adds the first. */
  readonly events: Owner;
}

/** Looks whose an environment's prefix is, and changes nothing. */
export async function prefixClaim(
  environment: Environment,
  { flags, events }: Redises,
): Promise<PrefixClaim> {
  const mine = claimOf(environment);
  const { claim: text } = await new RedisEnvironmentStore(flags, environment.prefix).status();
  const { foreign } = await claimedPlace(events, environment);
  return {
    environment,
    mine,
    flags: {
      ownership: ownershipOf(text, mine),
      claim: text === undefined ? undefined : decodeClaim(text),
    },
    events: { ownership: foreign === undefined ? "ours" : "foreign", claim: foreign },
  };
}

/**
 * Makes the environment's what is another's under its prefix. The other's flags are emptied in the step that claims
 * them, so that nobody serves them meanwhile; its events stay in a queue that nobody owns.
 */
export async function takeOver(found: PrefixClaim, { flags, events }: Redises): Promise<void> {
  const { environment, mine } = found;
  if (found.flags.ownership === "foreign")
    await new RedisEnvironmentStore(flags, environment.prefix).takeOver(mine);
  if (found.events.ownership === "foreign") await takeOverEvents(events, environment);
}
