import { expect, it } from "vitest";
import {
  type Claim,
  claimOf,
  claimsAgree,
  decodeClaim,
  encodeClaim,
  renewedClaim,
} from "../../../shared/model/claim.ts";
import type { EnvironmentId, SdkKey } from "../../../shared/model/credentials.ts";
import { environment } from "../../support/environment.ts";

const claim = (envId: string | undefined, ...fingerprints: string[]): Claim => ({
  ...(envId !== undefined && { envId }),
  fingerprints,
  name: "Production",
});

it("goes by the environment's id where both claims know it, whatever their keys", () => {
  expect(claimsAgree(claim("1", "a"), claim("1", "b"))).toBe(true);
  expect(claimsAgree(claim("1", "a"), claim("2", "a"))).toBe(false);
});

it("goes by a key that both have where one of them knows no id", () => {
  expect(claimsAgree(claim("1", "a", "b"), claim(undefined, "b"))).toBe(true);
  expect(claimsAgree(claim(undefined, "a"), claim(undefined, "b"))).toBe(false);
  expect(claimsAgree(claim("1"), claim(undefined))).toBe(false);
});

it("shows neither a key nor anything that one could be made from", () => {
  const { fingerprints } = claimOf(environment("Production"));
  expect(fingerprints).toHaveLength(1);
  expect(fingerprints[0]).toMatch(/^[0-9a-f]{16}$/);
});

it("says every SDK key of the environment, also one that has expired, and each once", () => {
  const [one, other] = ["sdk-1", "sdk-2"].map((key) => key as SdkKey) as [SdkKey, SdkKey];
  const only = (sdkKey: SdkKey) =>
    claimOf(environment("Production", { credentials: { sdkKey } })).fingerprints;
  const both = claimOf(
    environment("Production", {
      credentials: { sdkKey: other, additionalSdkKeys: [{ key: one, expiresAt: 1 }, { key: other }] },
    }),
  );
  expect(both.fingerprints).toEqual([...only(other), ...only(one)]);
});

it("prefers the configured id, which all roles know, to the one that LaunchDarkly said", () => {
  const { envId } = claimOf(
    environment("Production", {
      credentials: { sdkKey: "sdk-1" as SdkKey, envId: "configured" as EnvironmentId },
    }),
    "learned",
  );
  expect(envId).toBe("configured");
});

it("keeps an id that is known when the key is all that is known now", () => {
  expect(renewedClaim(claim("1", "a"), claim(undefined, "b"))).toEqual(claim("1", "b"));
  expect(renewedClaim(claim("1", "a"), claim("2", "b"))).toEqual(claim("2", "b"));
  expect(renewedClaim(undefined, claim(undefined, "b"))).toEqual(claim(undefined, "b"));
});

it("comes back from its text whatever the environment is called", () => {
  for (const name of ["Production", "a|b,c%", "Spree (Test) ü 🚀", "", "\n"]) {
    const one = { ...claim("id|1", "0a", "1b"), name };
    expect(decodeClaim(encodeClaim(one))).toEqual(one);
  }
  expect(decodeClaim(encodeClaim(claim(undefined)))).toEqual(claim(undefined));
});

it("reads nothing into text that is no claim", () => {
  for (const text of ["", "a", "a|b", "a|0a|c|d", "%|0a|x", "a|0A|x"])
    expect(decodeClaim(text)).toBeUndefined();
});
