import { createHash } from "node:crypto";
import type { Credentials } from "../../shared/model/credentials.ts";

/** Tells one set of credentials from another, and nothing about them: too short to be searched for a key. */
export function credentialsMark({ sdkKey, mobileKey, envId }: Credentials): string {
  const all = JSON.stringify([sdkKey, mobileKey, envId]);
  return createHash("sha256").update(all).digest("hex").slice(0, 12);
}
