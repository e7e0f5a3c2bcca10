import type { Redis } from "ioredis";
import type { UpstreamReport } from "../../shared/bus/environment-store.ts";
import { RedisEnvironmentStore } from "../../shared/bus/redis-environment-store.ts";
import { claimOf, claimsAgree, decodeClaim } from "../../shared/model/claim.ts";
import type { Environment } from "../../shared/model/environment.ts";
import { type PresentRole, presentRoles } from "../../shared/presence/present-roles.ts";
import { environmentKeys } from "../../shared/redis/keys.ts";

/** A line about the queue of an environment: what there is in one state, for one reason. */
export interface QueueRow {
  readonly state: string;
  /** Why it waits, or is dead. */
  readonly reason: string | null;
  readonly count: number;
  /** ISO 8601. */
  readonly oldestAt: string | null;
  readonly bytes: number;
}

/** Upstream's state as the leading ingestor last reported it. */
interface UpstreamStatus {
  readonly state: UpstreamReport["state"];
  /** ISO 8601. */
  readonly since: string;
  /** How long ago the ingestor reported it; it does so every second. */
  readonly reportedMsAgo: number;
  readonly lastError: { readonly kind: string; readonly time: string } | null;
}

/** One environment, as far as Redis knows. */
export interface EnvironmentStatus {
  readonly name: string;
  readonly prefix: string;
  /** Whose the prefix is by its claim; `claimedBy` is what the others call their environment. */
  readonly claim: "ours" | "foreign" | "unclaimed";
  readonly claimedBy: string | null;
  readonly hasData: boolean;
  readonly flags: number;
  readonly segments: number;
  /** The offset of the last write. */
  readonly offset: number;
  /** How long ago an ingestor last gave its word that Redis holds what LaunchDarkly says; `null`: never. */
  readonly wordMsAgo: number | null;
  /** Whether somebody holds the lease, and who that is as far as the roles say. */
  readonly leased: boolean;
  readonly leader: PresentRole | null;
  readonly upstream: UpstreamStatus | null;
  readonly roles: readonly PresentRole[];
  /** `null` while the Redis of the events is away. */
  readonly queue: readonly QueueRow[] | null;
}

/** `now` by the clock of Redis. Rejects when Redis does not answer. */
export async function environmentStatus(
  environment: Environment,
  flags: Redis,
  queueRows: ((environment: Environment) => Promise<readonly QueueRow[]>) | undefined,
  now: number,
): Promise<EnvironmentStatus> {
  const keys = environmentKeys(environment.prefix);
  const [relay, claim, leased, inited, flagCount, segmentCount, roleHash, queue] = await Promise.all([
    new RedisEnvironmentStore(flags, environment.prefix).status(),
    flags.hget(keys.relay, "claim"),
    flags.exists(keys.lease),
    flags.exists(keys.inited),
    flags.hlen(keys.features),
    flags.hlen(keys.segments),
    flags.hgetall(keys.roles),
    queueRows?.(environment) ?? null,
  ]);
  const roles = presentRoles(roleHash, now);
  return {
    name: environment.name,
    prefix: environment.prefix,
    ...ownership(environment, claim),
    hasData: inited === 1,
    flags: flagCount,
    segments: segmentCount,
    offset: relay.position.offset,
    wordMsAgo: relay.seenAt === 0 ? null : Math.max(0, now - relay.seenAt),
    leased: leased === 1,
    leader: roles.find((role) => role.role === "ingestor" && role.leads) ?? null,
    upstream: relay.upstream === undefined ? null : upstreamStatus(relay.upstream, now),
    roles,
    queue,
  };
}

function ownership(
  environment: Environment,
  stored: string | null,
): Pick<EnvironmentStatus, "claim" | "claimedBy"> {
  if (stored === null) return { claim: "unclaimed", claimedBy: null };
  const claim = decodeClaim(stored);
  return claim !== undefined && claimsAgree(claim, claimOf(environment))
    ? { claim: "ours", claimedBy: null }
    : { claim: "foreign", claimedBy: claim?.name ?? "another environment, whose claim is unreadable" };
}

function upstreamStatus({ state, since, aliveAt, lastError }: UpstreamReport, now: number): UpstreamStatus {
  return {
    state,
    since: new Date(since).toISOString(),
    reportedMsAgo: Math.max(0, now - aliveAt),
    lastError:
      lastError === undefined ? null : { kind: lastError.kind, time: new Date(lastError.time).toISOString() },
  };
}
