import type { Environment } from "../model/environment.ts";
import type { EnvironmentDefaults } from "../model/environment-defaults.ts";
import { acceptedKeys } from "./accepted-keys.ts";
import type { EnvironmentRepresentation } from "./representation.ts";

/** An environment that LaunchDarkly describes, or why it cannot be served. */
export type DescribedEnvironment =
  | {
      readonly kind: "usable";
      readonly environment: Environment;
      /** What people call the keys that are not accepted because views restrict what SDKs get with them. */
      readonly keysWithViews: readonly string[];
    }
  | { readonly kind: "malformed"; readonly reason: string };

/** The environment of a representation, with the keys that are accepted at `nowMs`. Its id names it, as in the original. */
export function describedEnvironment(
  representation: EnvironmentRepresentation,
  { prefixOf, allowedOrigins, allowedHeaders }: EnvironmentDefaults,
  nowMs: number,
): DescribedEnvironment {
  const { envId, defaultTtl, secureMode } = representation;
  const keys = acceptedKeys(representation, nowMs);
  if (keys.kind === "malformed") return keys;
  const environment = {
    id: envId,
    name: envId,
    credentials: keys.credentials,
    prefix: prefixOf(envId),
    ttlMs: Math.max(0, defaultTtl ?? 0) * 60_000,
    allowedOrigins,
    allowedHeaders,
    secureMode: secureMode ?? false,
  };
  return { kind: "usable", environment, keysWithViews: keys.withViews };
}
