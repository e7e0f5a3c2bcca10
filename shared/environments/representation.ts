import { z } from "zod";

/** One of the keys of an environment that LaunchDarkly accepts at the same time. */
const keySchema = z.object({
  /** What people call the key: no secret. */
  key: z.string().nullish(),
  value: z.string().nullish(),
  /** Milliseconds since the epoch; missing: it does not expire. */
  expiry: z.number().nullish(),
  /** Whether views restrict what SDKs with this key get. */
  hasViews: z.boolean().nullish(),
});

const representationSchema = z
  .object({
    envID: z.string().optional(),
    envId: z.string().optional(),
    envKey: z.string().nullish(),
    envName: z.string().nullish(),
    projKey: z.string().nullish(),
    projName: z.string().nullish(),
    mobKey: z.string().nullish(),
    sdkKey: z.object({
      value: z.string().nullish(),
      expiring: z.object({ value: z.string().nullish(), timestamp: z.number().nullish() }).nullish(),
    }),
    sdkKeys: z.array(keySchema).nullish(),
    mobileKeys: z.array(keySchema).nullish(),
    defaultTtl: z.number().nullish(),
    secureMode: z.boolean().nullish(),
    version: z.number().int(),
  })
  .transform(({ envID, envId, ...rest }) => ({ ...rest, envId: envID ?? envId ?? "" }))
  .refine(({ envId }) => /^[\x21-\x7e]+$/.test(envId), "an environment has no id");

/** A key as LaunchDarkly describes it. */
export type KeyRepresentation = z.output<typeof keySchema>;

/**
 * An environment as LaunchDarkly describes it, in auto-configuration and in offline archives, in either of the forms that
 * are in the field: with `sdkKey.expiring` and `mobKey` alone, or with lists of all keys besides.
 */
export type EnvironmentRepresentation = z.output<typeof representationSchema>;

/** Reads a representation. Throws for a wrong shape; members that are unknown are ignored. */
export function readRepresentation(parsed: unknown): EnvironmentRepresentation {
  return representationSchema.parse(parsed);
}
