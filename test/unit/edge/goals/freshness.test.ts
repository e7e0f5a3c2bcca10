import { expect, it } from "vitest";
import { freshnessOf } from "../../../../services/edge/goals/freshness.ts";

it.each([
  [undefined, true, 0],
  ["max-age=60", true, 60_000],
  ["public, Max-Age=60", true, 60_000],
  ['max-age="60"', true, 60_000],
  ["max-age=60, s-maxage=5", true, 5000],
  ["max-age=60, no-cache", true, 0],
  ["max-age=-1", true, 0],
  ["max-age=9999999999", true, 0],
  ["no-store, max-age=60", false, 0],
  ["private", false, 0],
])("Cache-Control: %s", (header, mayKeep, maxAgeMs) => {
  expect(freshnessOf(header)).toEqual({ mayKeep, maxAgeMs });
});
