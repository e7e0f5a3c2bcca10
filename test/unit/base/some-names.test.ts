import { expect, it } from "vitest";
import { someNames } from "../../../shared/base/some-names.ts";

it("names all in order where they are few", () => {
  expect(someNames(new Set(["b", "a"]))).toEqual(["a", "b"]);
  expect(someNames(["c", "b", "a"], 3)).toEqual(["a", "b", "c"]);
  expect(someNames([])).toEqual([]);
});

it("counts those beyond the maximum", () => {
  expect(someNames(["d", "b", "c", "a"], 2)).toEqual(["a", "b", "and 2 more"]);
});
