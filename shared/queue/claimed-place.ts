import type { Redis } from "ioredis";
import { randomToken } from "../base/random.ts";
import { type Claim, claimOf, claimsAgree, decodeClaim, encodeClaim } from "../model/claim.ts";
import type { Environment } from "../model/environment.ts";
import { TAKE_CLAIM } from "./claim-scripts.ts";
import { type EventsPlace, eventsPlace } from "./queue-place.ts";

/** The hash that says whose the events of a prefix are: `owner` and `claim`. */
export function claimKey(prefix: string): string {
  return `${prefix}:$events`;
}

/** In place of a claim that nobody can read: it agrees with no other. */
export const NOBODY: Claim = { fingerprints: [], name: "?" };

/** What the keys of all queues under a prefix begin with, up to the owner. */
export function queuesBase(prefix: string): string {
  return `${prefix}:events-`;
}

/**
 * The owner that a claim names if it is the first under its prefix. The same for the same key: should the claim get
 * lost, whoever claims anew finds what waits.
 */
export function newOwner({ fingerprints }: Claim): string {
  return fingerprints[0] ?? "unknown";
}

/** Where an environment's events lie, as Redis says at the moment. */
export interface ClaimedPlace {
  readonly place: EventsPlace;
  /** Whose the prefix is, if another installation has claimed it: nothing is added or delivered at our place then. */
  readonly foreign?: Claim;
}

/** Looks where the events of an environment lie, and claims nothing. */
export async function claimedPlace(connection: Redis, environment: Environment): Promise<ClaimedPlace> {
  const { prefix } = environment;
  const mine = claimOf(environment);
  const [owner, text] = await connection.hmget(claimKey(prefix), "owner", "claim");
  if (!owner || !text) return { place: eventsPlace(prefix, newOwner(mine)) };
  const claim = decodeClaim(text) ?? NOBODY;
  if (claimsAgree(claim, mine)) return { place: eventsPlace(prefix, owner) };
  return { place: eventsPlace(prefix, newOwner(mine)), foreign: claim };
}

/** What {@link takeOverEvents} has taken from another installation: it waits where it was, and nobody delivers it. */
export interface TakenEvents {
  readonly place: EventsPlace;
  readonly claim: Claim;
}

/**
 * Claims an environment's events, whosever they were, in one step. What waits of another installation stays in its
 * own queue, which nobody owns from then on; resolves with that, or with nothing if the events were ours or nobody's.
 * `learnedId`: LaunchDarkly's id of the environment, where the configuration does not say it.
 */
export async function takeOverEvents(
  connection: Redis,
  environment: Environment,
  learnedId?: string,
): Promise<TakenEvents | undefined> {
  const { prefix } = environment;
  const mine = claimOf(environment, learnedId);
  const args = [queuesBase(prefix), encodeClaim(mine), newOwner(mine), randomToken()];
  const taken = await connection.eval(TAKE_CLAIM, 1, claimKey(prefix), ...args);
  const [owner, claim] = taken as [string, string];
  if (owner === "") return undefined;
  return { place: eventsPlace(prefix, owner), claim: decodeClaim(claim) ?? NOBODY };
}
