import { expect, it } from "vitest";
import { shownWord } from "../../../services/cli/shown-word.ts";

it.each([
  ["edgy", "edgy"],
  ["--bogus", "--bogus"],
  ["sdk-0123", "sdk-…"],
  ["--mob-0123", "--mob-…"],
  ["LD_ENV_x=sdk-0123", "LD_ENV_x=…"],
  ["a=b=c", "a=…"],
  ["redis://user:secret@host", "redis://…"],
])("%s is repeated as %s", (word, shown) => {
  expect(shownWord(word)).toBe(shown);
});
