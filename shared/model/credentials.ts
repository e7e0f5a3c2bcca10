declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Secret of a server-side SDK, also ours towards LaunchDarkly. */
export type SdkKey = Branded<"SdkKey">;
/** Secret of mobile SDKs. */
export type MobileKey = Branded<"MobileKey">;
/** LaunchDarkly's client-side ID of an environment: public, part of browser SDKs' paths. */
export type EnvironmentId = Branded<"EnvironmentId">;

/**
 * What a request can show to find its environment. Credentials of different types never match each other, even
 * when their text is the same (R0).
 */
export interface Credentials {
  readonly sdkKey: SdkKey;
  readonly mobileKey?: MobileKey;
  readonly envId?: EnvironmentId;
}

/** The end of a credential, which is all that a log line may show of it. */
export function credentialTail(credential: string): string {
  return credential.length > 8 ? `...${credential.slice(-4)}` : "...";
}

/**
 * A credential as `/status` shows it: a prefix like `sdk-` stays, and of the rest every hexadecimal digit before
 * the last five characters becomes `*` (R9.1).
 */
export function maskCredential(credential: string): string {
  const prefix = /^[a-z]{3}-/.exec(credential)?.[0] ?? "";
  const rest = credential.slice(prefix.length);
  const hidden = rest.slice(0, -5).replace(/[0-9a-fA-F]/g, "*");
  return prefix + hidden + rest.slice(-5);
}
