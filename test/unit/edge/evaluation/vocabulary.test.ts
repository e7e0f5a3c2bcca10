import { hash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  FLAG_KEYS,
  MOST_WEIGHTS,
  NUMBERS,
  SALTS,
  SEEDS,
  SEGMENT_KEYS,
  TEXTS,
  WEIGHTS,
} from "../../../support/evaluation/vocabulary.ts";

/** How many of 15 hexadecimal digits there are. */
const RANGE = 2 ** 60;

describe("the words of random environments", () => {
  it("lead to the same variations in single precision, as in Go, and in double, as in Node", () => {
    const limits = sums(MOST_WEIGHTS);
    const undecided = places().filter((place) =>
      limits.some(({ single, double }) => Math.fround(place) < single !== place < double),
    );
    expect(undecided).toEqual([]);
  });
});

/** Where contexts fall, for all that can be hashed. */
function places(): number[] {
  const salted = [...FLAG_KEYS, ...SEGMENT_KEYS].flatMap((key) => SALTS.map((salt) => `${key}.${salt}`));
  const prefixes = [...salted, ...SEEDS];
  const values = [...TEXTS, ...NUMBERS.filter(Number.isInteger)];
  const texts = prefixes.flatMap((prefix) => values.map((value) => `${prefix}.${value}`));
  return texts.map((text) => Number.parseInt(hash("sha1", text).slice(0, 15), 16) / RANGE);
}

/** All that up to this many weights can add up to. */
function sums(most: number): { readonly single: number; readonly double: number }[] {
  if (most === 0) return [{ single: 0, double: 0 }];
  const shorter = sums(most - 1);
  const longer = shorter.flatMap(({ single, double }) =>
    WEIGHTS.map((weight) => ({
      single: Math.fround(single + Math.fround(weight / 100_000)),
      double: double + weight / 100_000,
    })),
  );
  const distinct = new Map([...shorter, ...longer].map((sum) => [`${sum.single} ${sum.double}`, sum]));
  return [...distinct.values()];
}
