import { hash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Sha1Prefix } from "../../../../../services/edge/evaluation/rules/sha1.ts";

/** Of one, two, three and four bytes in UTF-8; the last is no whole character. */
const LETTERS = ["a", "\u0000", "é", "ж", "€", "😀", "\ud800"];
const LENGTHS = Array.from({ length: 130 }, (_, length) => length);

describe("the hash of texts that begin alike", () => {
  it.each(LETTERS)("is that of the whole text, whatever its length and the place of %j", (letter) => {
    const wrong: string[] = [];
    for (const before of ["", "flag.salt.", "x".repeat(54), "x".repeat(55), "x".repeat(56), letter])
      for (const length of LENGTHS) {
        const rest = letter.repeat(length % 7).padStart(length, "k");
        const expected = Number.parseInt(hash("sha1", before + rest).slice(0, 15), 16);
        if (new Sha1Prefix(before).bitsWith(rest) !== expected) wrong.push(before + rest);
      }
    expect(wrong).toEqual([]);
  });

  it("does not depend on what was hashed before", () => {
    const [one, other] = [new Sha1Prefix("one."), new Sha1Prefix("a longer one.")];
    const first = one.bitsWith("ann");
    other.bitsWith("a key that leaves more behind");
    other.bitsWith("ключ");
    expect(one.bitsWith("ann")).toBe(first);
  });
});
