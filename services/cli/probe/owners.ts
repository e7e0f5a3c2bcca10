import type { Redis } from "ioredis";
import { RedisEnvironmentStore } from "../../../shared/bus/redis-environment-store.ts";
import { claimOf, decodeClaim, ownershipOf } from "../../../shared/model/claim.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { claimedPlace } from "../../../shared/queue/claimed-place.ts";

/** Says of each environment whose its prefix is, of flags and of events, one line each. Claims nothing. */
export async function ownersOf(
  redis: Redis,
  environments: readonly Environment[],
  purpose: { readonly flags: boolean; readonly events: boolean },
): Promise<string[]> {
  const lines: string[] = [];
  for (const environment of environments) {
    const place = `[Environment ${JSON.stringify(environment.name)}], prefix "${environment.prefix}"`;
    if (purpose.flags) lines.push(`${place}: flags ${await ownerOfFlags(redis, environment)}`);
    if (purpose.events) {
      const { foreign } = await claimedPlace(redis, environment);
      lines.push(
        `${place}: events ${foreign === undefined ? "are ours or unclaimed" : foreignText(foreign.name)}`,
      );
    }
  }
  return lines;
}

async function ownerOfFlags(redis: Redis, environment: Environment): Promise<string> {
  const { claim, upstream } = await new RedisEnvironmentStore(redis, environment.prefix).status();
  switch (ownershipOf(claim, claimOf(environment, upstream?.envId))) {
    case "ours":
      return "are ours";
    case "unclaimed":
      return "are unclaimed";
    case "foreign":
      return foreignText(decodeClaim(claim ?? "")?.name ?? "?");
  }
}

function foreignText(name: string): string {
  return (
    `are CLAIMED by another installation, whose environment is called "${name}" there: give one of the two another ` +
    "prefix, or take over with ld-relay claim --force"
  );
}
