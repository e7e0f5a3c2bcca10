import type { CredentialType } from "../model/credentials.ts";
import type { PayloadKind } from "./event-payload.ts";

/** Where LaunchDarkly takes payloads of one kind. */
export interface PayloadDestination {
  /** What signs in there, or stands in the path. */
  readonly credential: CredentialType;
  /** Below the events URI; `{envId}` stands for the environment's. */
  readonly path: string;
}

/** Every kind has a destination of its own (R8.1), so what is refused is refused by kind. */
export const DESTINATIONS: Readonly<Record<PayloadKind, PayloadDestination>> = {
  "server-analytics": { credential: "sdkKey", path: "/bulk" },
  "server-diagnostic": { credential: "sdkKey", path: "/diagnostic" },
  "mobile-analytics": { credential: "mobileKey", path: "/mobile" },
  "mobile-diagnostic": { credential: "mobileKey", path: "/mobile/events/diagnostic" },
  "browser-analytics": { credential: "envId", path: "/events/bulk/{envId}" },
  "browser-diagnostic": { credential: "envId", path: "/events/diagnostic/{envId}" },
};

const CREDENTIAL_NAMES: Readonly<Record<CredentialType, string>> = {
  sdkKey: "SDK key",
  mobileKey: "mobile key",
  envId: "environment ID",
};

/** A destination as logs, metrics and operators know it: the kind of the credential, never the credential. */
export interface DestinationName {
  /** `SDK key`, `mobile key` or `environment ID`. */
  readonly credential: string;
  readonly path: string;
}

export function destinationName(kind: PayloadKind): DestinationName {
  const { credential, path } = DESTINATIONS[kind];
  return { credential: CREDENTIAL_NAMES[credential], path };
}

/** `mobile key at /mobile`. */
export function describeDestination({ credential, path }: DestinationName): string {
  return `${credential} at ${path}`;
}
