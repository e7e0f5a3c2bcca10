import { describe, expect, it } from "vitest";
import { CredentialIndex, credentialIn } from "../../../../services/edge/environments/credential-index.ts";
import { EnvironmentList } from "../../../../shared/environments/environment-source.ts";
import type { Credentials, EnvironmentId, MobileKey, SdkKey } from "../../../../shared/model/credentials.ts";
import { environment } from "../../../support/environment.ts";
import { MovedClock } from "../../../support/moved-clock.ts";

const having = (id: string, credentials: Partial<Credentials>) =>
  environment(id, { credentials: { sdkKey: "sdk-1" as SdkKey, ...credentials } });

function indexOf(...environments: ReturnType<typeof environment>[]) {
  const list = new EnvironmentList(environments);
  const clock = new MovedClock();
  return { list, clock, index: new CredentialIndex(list, clock) };
}

describe("the index of credentials", () => {
  it("finds an environment by each type of credential, and keeps the types apart", () => {
    const { index } = indexOf(
      having("a", { mobileKey: "mob-1" as MobileKey, envId: "id-1" as EnvironmentId }),
    );
    expect(index.find("sdkKey", "sdk-1")).toBe("a");
    expect(index.find("mobileKey", "mob-1")).toBe("a");
    expect(index.find("envId", "id-1")).toBe("a");
    expect(index.find("mobileKey", "sdk-1")).toBe(undefined);
    expect(index.find("sdkKey", "id-1")).toBe(undefined);
  });

  it("finds an environment by all of its SDK keys and mobile keys, each until it expires", async () => {
    const { index, clock } = indexOf(
      having("a", {
        mobileKey: "mob-1" as MobileKey,
        additionalSdkKeys: [{ key: "sdk-old" as SdkKey, expiresAt: 500 }, { key: "sdk-team" as SdkKey }],
        additionalMobileKeys: [{ key: "mob-old" as MobileKey, expiresAt: 700 }],
      }),
    );
    const found = () =>
      ["sdk-1", "sdk-old", "sdk-team"].map((key) => index.find("sdkKey", key)).join() +
      `,${index.find("mobileKey", "mob-1")},${index.find("mobileKey", "mob-old")}`;
    await clock.pass(500);
    expect(found()).toBe("a,a,a,a,a");
    await clock.pass(1);
    expect(found()).toBe("a,,a,a,a");
    await clock.pass(200);
    expect(found()).toBe("a,,a,a,undefined");
  });

  it("never lets a primary key expire, even where it is listed with an expiry, too", async () => {
    const { index, clock } = indexOf(
      having("a", { additionalSdkKeys: [{ key: "sdk-1" as SdkKey, expiresAt: 5 }] }),
    );
    await clock.pass(10);
    expect(index.find("sdkKey", "sdk-1")).toBe("a");
  });

  it("follows a rotation: the old key until its expiry, and an expiry that is taken back", async () => {
    const { list, index, clock } = indexOf(having("a", {}));
    const rotated = (expiresAt?: number) =>
      having("a", {
        sdkKey: "sdk-2" as SdkKey,
        additionalSdkKeys: [{ key: "sdk-1" as SdkKey, ...(expiresAt !== undefined && { expiresAt }) }],
      });
    list.replace([rotated(5)]);
    expect([index.find("sdkKey", "sdk-1"), index.find("sdkKey", "sdk-2")]).toEqual(["a", "a"]);
    await clock.pass(10);
    expect(index.find("sdkKey", "sdk-1")).toBe(undefined);
    list.replace([rotated()]);
    expect(index.find("sdkKey", "sdk-1")).toBe("a");
    list.replace([having("a", { sdkKey: "sdk-2" as SdkKey })]);
    expect([index.find("sdkKey", "sdk-1"), index.find("sdkKey", "sdk-2")]).toEqual([undefined, "a"]);
  });

  it("forgets a removed environment's keys, but not one that another has taken over", () => {
    const { list, index } = indexOf(having("a", { mobileKey: "mob-1" as MobileKey }));
    list.replace([having("a", { mobileKey: "mob-1" as MobileKey }), having("b", {})]);
    expect(index.find("sdkKey", "sdk-1")).toBe("b");
    list.replace([having("b", {})]);
    expect([index.find("sdkKey", "sdk-1"), index.find("mobileKey", "mob-1")]).toEqual(["b", undefined]);
  });

  it("still finds what it found when it is stopped, for what asks while the process ends", async () => {
    const { list, index } = indexOf(having("a", {}));
    await index.stop();
    list.replace([]);
    expect(index.find("sdkKey", "sdk-1")).toBe("a");
  });
});

describe("the Authorization header", () => {
  it.each([
    ["sdk-1", "sdk-1"],
    ["api_key mob-1", "mob-1"],
    ["api_key  mob-1 ", "mob-1"],
    ["Bearer x", undefined],
    ["API_KEY x", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("%j shows the credential %j", (header, credential) => {
    expect(credentialIn(header)).toBe(credential);
  });
});
