import { describe, expect, it } from "vitest";
import { acceptedKeys } from "../../../shared/environments/accepted-keys.ts";
import { readRepresentation } from "../../../shared/environments/representation.ts";
import { envOf } from "../../support/hand-made-archive.ts";

const NOW = 1_000_000;
const accepted = (members: object) => acceptedKeys(readRepresentation(envOf("e", members)), NOW);

describe("the keys of an environment without lists of keys", () => {
  it("are the SDK key and the mobile key", () => {
    expect(accepted({ sdkKey: { value: "sdk" }, mobKey: "mob" })).toEqual({
      kind: "accepted",
      credentials: { sdkKey: "sdk", mobileKey: "mob", envId: "e" },
      withViews: [],
    });
  });

  it("are also the one that expires, until it does", () => {
    const expiring = (timestamp: number) =>
      accepted({ sdkKey: { value: "sdk", expiring: { value: "old", timestamp } } });
    expect(expiring(NOW)).toMatchObject({
      credentials: { additionalSdkKeys: [{ key: "old", expiresAt: NOW }] },
    });
    expect(expiring(NOW - 1)).not.toHaveProperty("credentials.additionalSdkKeys");
  });

  it.each([{}, { value: "", timestamp: 0 }, { value: "old", timestamp: 0 }, null])(
    "has none that expires if it says %j",
    (expiring) => {
      const keys = accepted({ sdkKey: { value: "sdk", expiring } });
      expect(keys).not.toHaveProperty("credentials.additionalSdkKeys");
    },
  );

  it("need no mobile key", () => {
    expect(accepted({ mobKey: "" })).toMatchObject({ kind: "accepted" });
    expect(accepted({ mobKey: "" })).not.toHaveProperty("credentials.mobileKey");
  });
});

describe("the keys of an environment with lists of keys", () => {
  const lists = {
    sdkKey: { value: "sdk", expiring: { value: "not read", timestamp: NOW + 9 } },
    mobKey: "mob",
    sdkKeys: [
      { key: "default", value: "sdk", expiry: NOW - 5 },
      { key: "extra", value: "sdk-2" },
      { key: "until", value: "sdk-3", expiry: NOW + 5 },
      { key: "past", value: "sdk-4", expiry: NOW - 1 },
      { key: "restricted", value: "sdk-5", hasViews: true },
    ],
    mobileKeys: [
      { value: "mob", hasViews: true },
      { value: "mob-2", expiry: NOW + 7 },
    ],
  };

  it("are those of the lists, of which the default ones never expire", () => {
    expect(accepted(lists)).toEqual({
      kind: "accepted",
      credentials: {
        sdkKey: "sdk",
        mobileKey: "mob",
        envId: "e",
        additionalSdkKeys: [{ key: "sdk-2" }, { key: "sdk-3", expiresAt: NOW + 5 }],
        additionalMobileKeys: [{ key: "mob-2", expiresAt: NOW + 7 }],
      },
      withViews: ["restricted"],
    });
  });

  it("are each there once, for as long as any entry says", () => {
    const sdkKeys = [{ value: "sdk" }, { value: "a", expiry: NOW + 1 }, { value: "a" }, { value: "sdk" }];
    expect(accepted({ ...lists, sdkKeys })).toMatchObject({
      credentials: { additionalSdkKeys: [{ key: "a" }] },
    });
  });

  it.each<[string, object]>([
    ["no default SDK key", { sdkKey: { value: "" } }],
    ["a default SDK key that is not in the list", { sdkKey: { value: "other" } }],
    ["an empty list of SDK keys", { sdkKeys: [] }],
    ["an empty SDK key", { sdkKeys: [{ value: "sdk" }, { key: "x", value: "" }] }],
    ["a mobile key that is not in the list", { mobKey: "other" }],
    ["a mobile key and no list of mobile keys", { mobileKeys: undefined }],
    ["mobile keys of which none is the primary one", { mobKey: "" }],
    ["an empty mobile key", { mobileKeys: [{ value: "mob" }, { value: "" }] }],
    ["a key that can be no header", { sdkKeys: [{ value: "sdk" }, { value: "a\nb" }] }],
  ])("are malformed with %s", (_, members) => {
    expect(accepted({ ...lists, ...members })).toMatchObject({ kind: "malformed" });
  });
});

it.each(["envID", "envId"])("an environment's id may be spelled %s", (name) => {
  const { envID: _, ...rest } = envOf("e") as { envID: string };
  expect(readRepresentation({ ...rest, [name]: "e" }).envId).toBe("e");
});
