import { expect, it } from "vitest";
import { durationText } from "../../../shared/base/duration-text.ts";

it.each([
  [0, "0.0 s"],
  [430, "0.4 s"],
  [9949, "9.9 s"],
  [9950, "10 s"],
  [59_400, "59 s"],
  [59_500, "1 min 0 s"],
  [185_000, "3 min 5 s"],
  [3_599_400, "59 min 59 s"],
  [3_599_500, "1 h 0 min"],
  [7_800_000, "2 h 10 min"],
])("%i ms are %s for people", (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
