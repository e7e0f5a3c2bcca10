import { credentialIn } from "../environments/credentials.ts";
import type { EdgeEnvironment } from "../environments/edge-environment.ts";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import type { PlainGet } from "../front/plain-get.ts";
import type { ClientViewer } from "../streams/client/client-streams.ts";
import { type Asked, askedIn } from "./asked.ts";
import { type CorsHeaders, corsHeaders } from "./cors.ts";

/** A mobile SDK or a browser with a plain request. */
export interface PlainClient {
  readonly selected: EdgeEnvironment;
  readonly viewer: ClientViewer;
  readonly asked: Asked;
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
  const asked = askedIn(url);
  if (selected === undefined || asked.filter !== undefined) return undefined;
  return envId === undefined
    ? { selected, viewer: "mobile", asked, cors: undefined }
    : { selected, viewer: "browser", asked, cors: corsHeaders(selected.environment, origin, "GET,OPTIONS") };
}
