import { describe, expect, it } from "vitest";
import { assignPrefixes } from "../../../shared/config/prefix.ts";

/** The prefixes of environments with these names, and no configured one. */
function prefixesOf(...names: string[]): string[] {
  return [...assignPrefixes(names.map((name) => ({ name }))).values()];
}

describe("the prefix of an environment", () => {
  it("is SDKs' own default if it is the only one without", () => {
    expect(prefixesOf("Spree Production")).toEqual(["launchdarkly"]);
    const prefixes = assignPrefixes([{ name: "A", prefix: "a" }, { name: "B" }]);
    expect(Object.fromEntries(prefixes)).toEqual({ A: "a", B: "launchdarkly" });
  });

  it("comes from the name if there are several", () => {
    expect(prefixesOf("Spree Project (Test)", "eu.prod", "Café №1", "__proto__")).toEqual([
      "launchdarkly-spree-project-test",
      "launchdarkly-eu-prod",
      "launchdarkly-cafe-no1",
      "launchdarkly-proto",
    ]);
  });

  it("has a hash where the name leaves nothing or not enough to tell it from others", () => {
    const [nothing, one, other, third] = prefixesOf("本番", "a b", "A-B", "c");
    expect(nothing).toMatch(/^launchdarkly-[0-9a-f]{8}$/);
    expect(one).toMatch(/^launchdarkly-a-b-[0-9a-f]{8}$/);
    expect(other).toMatch(/^launchdarkly-a-b-[0-9a-f]{8}$/);
    expect(other).not.toBe(one);
    expect(third).toBe("launchdarkly-c");
  });

  it("gives way to configured ones", () => {
    const prefixes = assignPrefixes([{ name: "A", prefix: "launchdarkly" }, { name: "B" }]);
    expect(prefixes.get("B")).toBe("launchdarkly-b");
    const clash = assignPrefixes([{ name: "A", prefix: "launchdarkly-b" }, { name: "B" }, { name: "C" }]);
    expect(clash.get("B")).toMatch(/^launchdarkly-b-[0-9a-f]{8}$/);
  });

  it("stays the same whatever the order", () => {
    const names = ["a b", "A-B", "本番", "c"];
    const forwards = assignPrefixes(names.map((name) => ({ name })));
    const backwards = assignPrefixes(names.toReversed().map((name) => ({ name })));
    expect(Object.fromEntries(backwards)).toEqual(Object.fromEntries(forwards));
  });
});
