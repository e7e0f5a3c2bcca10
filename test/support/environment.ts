import type { SdkKey } from "../../shared/model/credentials.ts";
import type { Environment } from "../../shared/model/environment.ts";

/** An environment as a configuration without any options would give it. */
export function environment(name: string, fields: Partial<Environment> = {}): Environment {
  return {
    id: name,
    name,
    credentials: { sdkKey: `sdk-${name}` as SdkKey },
    prefix: `launchdarkly-${name}`,
    ttlMs: 0,
    allowedOrigins: [],
    allowedHeaders: [],
    secureMode: false,
    ...fields,
  };
}
