declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Secret of a server-side SDK, also ours towards LaunchDarkly. */
export type SdkKey = Branded<"SdkKey">;
/** Secret of mobile SDKs. */
export type MobileKey = Branded<"MobileKey">;
/** LaunchDarkly's client-side ID of an environment: public, part of browser SDKs' paths. */
export type EnvironmentId = Branded<"EnvironmentId">;

/** The types of credentials: what a request can show, and what we show LaunchDarkly. */
export type CredentialType = "sdkKey" | "mobileKey" | "envId";

/** A key that is accepted beside the primary one of its type. */
export interface AdditionalKey<Key> {
  readonly key: Key;
  /** The last moment at which it is accepted, in milliseconds since the epoch; left out: for as long as it is listed. */
  readonly expiresAt?: number;
}

/**
 * What a request can show to find its environment: several keys of a type while one replaces another, or for good.
 * Credentials of different types never match each other, even when their text is the same (R0).
 */
export interface Credentials {
  /** The primary SDK key: what we show LaunchDarkly for flags and server-side events. It does not expire. */
  readonly sdkKey: SdkKey;
  /** The primary mobile key: what we show LaunchDarkly for events of mobile SDKs. It does not expire. */
  readonly mobileKey?: MobileKey;
  readonly envId?: EnvironmentId;
  readonly additionalSdkKeys?: readonly AdditionalKey<SdkKey>[];
  readonly additionalMobileKeys?: readonly AdditionalKey<MobileKey>[];
}

/** Whether a key has expired at the time `now`. */
export function isExpired({ expiresAt }: Pick<AdditionalKey<unknown>, "expiresAt">, now: number): boolean {
  return expiresAt !== undefined && now > expiresAt;
}

/** The SDK keys that are accepted at the time `now`, the primary one first. */
export function acceptedSdkKeys({ sdkKey, additionalSdkKeys = [] }: Credentials, now: number): SdkKey[] {
  return [sdkKey, ...additionalSdkKeys.filter((key) => !isExpired(key, now)).map(({ key }) => key)];
}

/** The SDK key that expires soonest of those that are still accepted; `undefined` if none expires. */
export function nextExpiringSdkKey({ additionalSdkKeys = [] }: Credentials, now: number): SdkKey | undefined {
  return additionalSdkKeys
    .flatMap(({ key, expiresAt }) => (expiresAt === undefined ? [] : [{ key, expiresAt }]))
    .filter((key) => !isExpired(key, now))
    .sort((one, other) => one.expiresAt - other.expiresAt)[0]?.key;
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
