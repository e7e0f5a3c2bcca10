import type { CredentialType } from "../../../shared/model/credentials.ts";
import { credentialIn } from "../environments/credential-index.ts";
import type { EdgeEnvironment } from "../environments/edge-environment.ts";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import {
  type ClientError,
  NO_CREDENTIAL,
  UNKNOWN_ENVIRONMENT_ID,
  UNKNOWN_FILTER,
  UNKNOWN_KEY,
} from "./client-errors.ts";

/** What a request shows of whose data it wants. */
export interface ShownCredential {
  readonly authorization: string | undefined;
  /** The environment's id, where the path has one. */
  readonly envId: string | undefined;
  /** The payload filter of the query; `undefined` for none. */
  readonly filter: string | undefined;
}

/** The environment that a request wants, or why it gets none. */
export type EnvironmentLookup =
  | { readonly kind: "found"; readonly selected: EdgeEnvironment }
  | {
      readonly kind: "refused";
      readonly refusal: ClientError;
      /** The environment of the credential, whose filter is unknown: its CORS rules are those of the refusal. */
      readonly selected?: EdgeEnvironment;
    };

/**
 * Finds the environment by the credential of this type and the payload filter that a request shows (R1.2 and R1.3):
 * the only place that does, for a key in the header and an id in the path, for the fast path and the HTTP server.
 * No payload filter is known so far, so whoever asks for one is refused.
 */
export function lookUpEnvironment(
  environments: EdgeEnvironments,
  type: CredentialType,
  { authorization, envId, filter }: ShownCredential,
): EnvironmentLookup {
  const credential = type === "envId" ? (envId ?? "") : credentialIn(authorization);
  if (credential === undefined) return { kind: "refused", refusal: NO_CREDENTIAL };
  const selected = environments.find(type, credential);
  if (selected === undefined)
    return { kind: "refused", refusal: type === "envId" ? UNKNOWN_ENVIRONMENT_ID : UNKNOWN_KEY };
  if (filter !== undefined) return { kind: "refused", refusal: UNKNOWN_FILTER, selected };
  return { kind: "found", selected };
}
