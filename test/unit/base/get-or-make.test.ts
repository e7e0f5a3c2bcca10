import { expect, it } from "vitest";
import { getOrMake } from "../../../shared/base/get-or-make.ts";

it("makes a value once for each key, and keeps it", () => {
  const map = new Map<string, { readonly of: string }>();
  const made: string[] = [];
  const get = (key: string) =>
    getOrMake(map, key, () => {
      made.push(key);
      return { of: key };
    });
  const first = get("a");
  expect(get("a")).toBe(first);
  expect(get("b")).toEqual({ of: "b" });
  expect(made).toEqual(["a", "b"]);
});
