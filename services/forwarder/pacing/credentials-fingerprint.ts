import { createHash } from "node:crypto";
import type { Credentials } from "../../../shared/model/credentials.ts";
import type { PayloadKind } from "../../../shared/queue/event-payload.ts";
import { DESTINATIONS } from "../../../shared/queue/payload-destinations.ts";

/**
 * Tells one credential for payloads of this kind from another, and nothing about them: too short to be searched for a
 * key. The same for all environments that have none.
 */
export function credentialsFingerprint(kind: PayloadKind, credentials: Credentials): string {
  const value = credentials[DESTINATIONS[kind].credential];
  return value === undefined ? "none" : createHash("sha256").update(value).digest("hex").slice(0, 12);
}
