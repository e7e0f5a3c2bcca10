import { createHash } from "node:crypto";
import type { SdkKey } from "./credentials.ts";
import type { Environment } from "./environment.ts";

/**
 * Whose something in Redis is. Two installations may be pointed at the same prefix by accident; what one of them
 * has claimed the other neither writes nor serves nor delivers.
 */
export interface Claim {
  /** LaunchDarkly's id of the environment, if it is known. */
  readonly envId?: string;
  /** Fingerprints of all SDK keys of whoever claimed it last. */
  readonly fingerprints: readonly string[];
  /** What they call the environment: only for messages. */
  readonly name: string;
}

/**
 * The claim of a configured environment. `learnedId`: the id as LaunchDarkly said it, if it did; it counts where none
 * is configured, so that roles which hear nothing of LaunchDarkly come to the same claim.
 */
export function claimOf({ name, credentials }: Environment, learnedId?: string): Claim {
  const envId = credentials.envId ?? learnedId;
  // Also of keys that have expired: no other environment ever has them, and they may be all that an old claim says.
  const keys = [credentials.sdkKey, ...(credentials.additionalSdkKeys ?? []).map(({ key }) => key)];
  const fingerprints = [...new Set(keys.map(fingerprint))];
  return { ...(envId !== undefined && { envId }), fingerprints, name };
}

/** Tells SDK keys apart without giving one away: 64 bits of a hash, of keys that nobody can guess. */
function fingerprint(sdkKey: SdkKey): string {
  return createHash("sha256").update(`ld-relay claim ${sdkKey}`).digest("hex").slice(0, 16);
}

/**
 * Whether both claims are of one environment: by its id where both know it, else by an SDK key that they share.
 * Scripts ask the same in `shared/redis/claim-script.ts`.
 */
export function claimsAgree(one: Claim, other: Claim): boolean {
  if (one.envId !== undefined && other.envId !== undefined) return one.envId === other.envId;
  return one.fingerprints.some((mine) => other.fingerprints.includes(mine));
}

/** Whose a prefix is, as `stored`, the text of its claim, says to who claims `mine`. */
export type Ownership = "ours" | "unclaimed" | "foreign";

export function ownershipOf(stored: string | undefined, mine: Claim): Ownership {
  if (stored === undefined) return "unclaimed";
  const claim = decodeClaim(stored);
  return claim !== undefined && claimsAgree(claim, mine) ? "ours" : "foreign";
}

/** `mine` in place of `stored`, with the id that is known already where we do not know it better. */
export function renewedClaim(stored: Claim | undefined, mine: Claim): Claim {
  if (mine.envId !== undefined || stored?.envId === undefined) return mine;
  return { ...mine, envId: stored.envId };
}

/** `claim`, also with the keys of `earlier`: those that the same environment had before. */
export function withFingerprintsOf(earlier: Claim | undefined, claim: Claim): Claim {
  const fingerprints = new Set([...claim.fingerprints, ...(earlier?.fingerprints ?? [])]);
  return { ...claim, fingerprints: [...fingerprints] };
}

/** As Redis holds it, `ID|FINGERPRINT,FINGERPRINT|NAME`: a script can compare it without parsing JSON. */
export function encodeClaim({ envId = "", fingerprints, name }: Claim): string {
  return [encodeURIComponent(envId), fingerprints.join(","), encodeURIComponent(name.toWellFormed())].join(
    "|",
  );
}

/** `undefined` for text that is no claim: it agrees with nobody's. */
export function decodeClaim(text: string): Claim | undefined {
  const [, envId, fingerprints, name] = /^([^|]*)\|([0-9a-f,]*)\|([^|]*)$/.exec(text) ?? [];
  if (envId === undefined || fingerprints === undefined || name === undefined) return undefined;
  try {
    return {
      ...(envId !== "" && { envId: decodeURIComponent(envId) }),
      fingerprints: fingerprints.split(",").filter((one) => one !== ""),
      name: decodeURIComponent(name),
    };
  } catch {
    return undefined;
  }
}
