import { credentialIn } from "../environments/credential-index.ts";
import type { EdgeEnvironment } from "../environments/edge-environment.ts";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import { type CorsHeaders, corsHeaders } from "../http/cors.ts";
import type { PlainGet } from "../http/fast-path/plain-get.ts";
import { type EvaluationQuery, evaluationQuery } from "../requests/evaluation-query.ts";
import type { ClientSdkKind } from "../streams/client/client-streams.ts";

/** A mobile SDK or a browser with a plain request. */
export interface PlainClient {
  readonly selected: EdgeEnvironment;
  readonly sdkKind: ClientSdkKind;
  readonly query: EvaluationQuery;
  /** For browsers. */
  readonly cors: CorsHeaders | undefined;
}

/**
 * Who sent a plain request: a browser if its path names an environment, else a mobile SDK. `undefined` if the credential
 * is not known or a filter is asked for: the routes of the app say what is wrong with that.
 */
export function plainClient(
  environments: EdgeEnvironments,
  envId: string | undefined,
  { url, headers: { authorization, origin } }: PlainGet,
): PlainClient | undefined {
  const credential = envId ?? credentialIn(authorization);
  if (credential === undefined) return undefined;
  const selected = environments.find(envId === undefined ? "mobileKey" : "envId", credential);
  const query = evaluationQuery(url);
  if (selected === undefined || query.filter !== undefined) return undefined;
  return envId === undefined
    ? { selected, sdkKind: "mobile", query, cors: undefined }
    : { selected, sdkKind: "browser", query, cors: corsHeaders(selected.environment, origin, "GET,OPTIONS") };
}
