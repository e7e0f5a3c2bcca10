import type { Credentials } from "../../../shared/model/credentials.ts";
import type { PayloadKind } from "../../../shared/queue/event-payload.ts";
import { DESTINATIONS, destinationName } from "../../../shared/queue/payload-destinations.ts";

/** Where a payload goes, and how it signs in there. */
type Destination =
  | { readonly kind: "known"; readonly path: string; readonly authorization?: string }
  /** The environment has, at the moment, no credential of the kind that this takes. */
  | { readonly kind: "unknown"; readonly missing: string };

/** The path below the events URI, with the environment's present credential. */
export function destination(kind: PayloadKind, credentials: Credentials): Destination {
  const { credential, path } = DESTINATIONS[kind];
  const value = credentials[credential];
  if (value === undefined) return { kind: "unknown", missing: destinationName(kind).credential };
  return credential === "envId"
    ? { kind: "known", path: path.replace("{envId}", encodeURIComponent(value)) }
    : { kind: "known", path, authorization: value };
}
