import {
  type AdditionalKey,
  type Credentials,
  type EnvironmentId,
  isExpired,
  type MobileKey,
  type SdkKey,
} from "../model/credentials.ts";
import type { EnvironmentRepresentation, KeyRepresentation } from "./representation.ts";

/** Which keys of an environment are accepted, as a representation of it says. */
export type AcceptedKeys =
  | {
      readonly kind: "accepted";
      /** Those that expire are still accepted at the time that was asked about. */
      readonly credentials: Credentials;
      /** What people call the keys that are not accepted because views restrict what SDKs get with them. */
      readonly withViews: readonly string[];
    }
  /** The keys contradict each other: nothing of them may be used. */
  | { readonly kind: "malformed"; readonly reason: string };

/** The keys that are accepted at `nowMs`. Without lists of keys, `sdkKey`, its `expiring` and `mobKey` are all there are. */
export function acceptedKeys(representation: EnvironmentRepresentation, nowMs: number): AcceptedKeys {
  const { envId, sdkKey, mobKey, sdkKeys, mobileKeys } = representation;
  const hasLists = Boolean(sdkKeys ?? mobileKeys);
  const server = hasLists ? (sdkKeys ?? []) : legacySdkKeys(sdkKey);
  const mobile = hasLists ? (mobileKeys ?? []) : mobKey ? [{ value: mobKey }] : [];
  const reason = contradiction(server, sdkKey.value ?? "", mobile, mobKey ?? "");
  if (reason !== undefined) return { kind: "malformed", reason };
  const sdk = split<SdkKey>(server, sdkKey.value ?? "", nowMs);
  const forMobile = split<MobileKey>(mobile, mobKey ?? "", nowMs);
  const credentials: Credentials = {
    sdkKey: sdkKey.value as SdkKey,
    ...(mobKey && { mobileKey: mobKey as MobileKey }),
    envId: envId as EnvironmentId,
    ...(sdk.others.length > 0 && { additionalSdkKeys: sdk.others }),
    ...(forMobile.others.length > 0 && { additionalMobileKeys: forMobile.others }),
  };
  return { kind: "accepted", credentials, withViews: [...sdk.withViews, ...forMobile.withViews] };
}

function legacySdkKeys({
  value,
  expiring,
}: EnvironmentRepresentation["sdkKey"]): readonly KeyRepresentation[] {
  const expires = expiring?.value && expiring.timestamp;
  return [{ value }, ...(expires ? [{ value: expiring.value, expiry: expiring.timestamp }] : [])];
}

function contradiction(
  server: readonly KeyRepresentation[],
  sdkKey: string,
  mobile: readonly KeyRepresentation[],
  mobileKey: string,
): string | undefined {
  const has = (keys: readonly KeyRepresentation[], wanted: string): boolean =>
    keys.some(({ value }) => value === wanted);
  if (sdkKey === "") return "it has no default SDK key";
  if (!has(server, sdkKey)) return "its default SDK key is not in the list of its SDK keys";
  if (mobileKey !== "" && !has(mobile, mobileKey))
    return "its primary mobile key is not in the list of its mobile keys";
  if (mobileKey === "" && mobile.length > 0) return "it has mobile keys, and none of them is the primary one";
  const all = [...server, ...mobile].map(({ value }) => value ?? "");
  if (all.includes("")) return "one of its keys is empty";
  // Every key of ours is a header's value one day.
  if (all.some((value) => !/^[\x21-\x7e]+$/.test(value)))
    return "one of its keys has blanks, control or non-ASCII characters";
  return undefined;
}

/** All keys but the primary one, each once and for as long as any of its entries says. */
function split<Key extends string>(
  keys: readonly KeyRepresentation[],
  primary: string,
  nowMs: number,
): { readonly others: readonly AdditionalKey<Key>[]; readonly withViews: readonly string[] } {
  const expiries = new Map<string, number>();
  const withViews: string[] = [];
  for (const { key, value, expiry, hasViews } of keys) {
    if (!value || value === primary) continue;
    if (hasViews) withViews.push(key || "(without a name)");
    else if (!isExpired(expiry ? { expiresAt: expiry } : {}, nowMs))
      expiries.set(value, Math.max(expiry || Number.POSITIVE_INFINITY, expiries.get(value) ?? 0));
  }
  const others = [...expiries].map(([key, expiresAt]) => ({
    key: key as Key,
    ...(expiresAt !== Number.POSITIVE_INFINITY && { expiresAt }),
  }));
  return { others, withViews };
}
