import type { RouteFamily } from "./faults.ts";
import type { StreamKind } from "./frames.ts";

/** Where a request shows which environment it means. */
export type CredentialPlace =
  | { readonly kind: "sdk key" }
  | { readonly kind: "mobile key" }
  | { readonly kind: "path"; readonly envId: string };

/** What a request wants. */
export type Route =
  | { readonly family: "streams"; readonly credential: CredentialPlace; readonly stream: StreamKind }
  | { readonly family: Exclude<RouteFamily, "streams">; readonly credential: CredentialPlace };

const SDK_KEY: CredentialPlace = { kind: "sdk key" };
const MOBILE_KEY: CredentialPlace = { kind: "mobile key" };

const FIXED: ReadonlyMap<string, Route> = new Map<string, Route>([
  ["GET /all", { family: "streams", credential: SDK_KEY, stream: "all" }],
  ["GET /flags", { family: "streams", credential: SDK_KEY, stream: "flags" }],
  ["GET /sdk/latest-all", { family: "polls", credential: SDK_KEY }],
  ["POST /bulk", { family: "events", credential: SDK_KEY }],
  ["POST /diagnostic", { family: "events", credential: SDK_KEY }],
  ["POST /mobile", { family: "events", credential: MOBILE_KEY }],
  ["POST /mobile/events", { family: "events", credential: MOBILE_KEY }],
  ["POST /mobile/events/bulk", { family: "events", credential: MOBILE_KEY }],
  ["POST /mobile/events/diagnostic", { family: "events", credential: MOBILE_KEY }],
]);

/** The families of paths that name their environment. */
const BY_PATH: readonly { readonly pattern: RegExp; readonly family: "events" | "goals" }[] = [
  { pattern: /^POST \/events\/(?:bulk|diagnostic)\/([^/]+)$/, family: "events" },
  { pattern: /^GET \/sdk\/goals\/([^/]+)$/, family: "goals" },
];

/**
 * The route of a request (S1 to S3); `undefined` for what LaunchDarkly does not serve so.
 */
export function routeOf(method: string, path: string): Route | undefined {
  for (const { pattern, family } of BY_PATH) {
    const envId = pattern.exec(`${method} ${path}`)?.[1];
    if (envId !== undefined)
      return { family, credential: { kind: "path", envId: decodeURIComponent(envId) } };
  }
  return FIXED.get(`${method} ${path}`);
}
