import { expect, it } from "vitest";
import { decodeSum, encodeSum, sumAfter, sumOf } from "../../../shared/model/content-sum.ts";
import { type Change, type FlagData, NO_DATA, parseItem, withChanges } from "../../../shared/model/item.ts";
import { tombstone } from "../../../shared/model/tombstone.ts";

const flag = (key: string, raw: string): Change => ({ kind: "flags", key, item: parseItem(raw) });
const dataOf = (...changes: Change[]): FlagData => withChanges(NO_DATA, changes);
const A = flag("a", '{"version":1}');
const B = flag("b", '{"version":2}');

it("is the same whatever the order, and other for any other key, kind or text", () => {
  expect(sumOf(dataOf(A, B))).toEqual(sumOf(dataOf(B, A)));
  const sums = [
    dataOf(A),
    dataOf(A, B),
    dataOf(flag("b", A.item.raw)),
    dataOf(flag("a", '{"version": 1}')),
    dataOf({ ...A, kind: "segments" }),
    dataOf({ kind: "flags", key: "a", item: tombstone("flags", 1) }),
    NO_DATA,
  ].map((data) => encodeSum(sumOf(data)));
  expect(new Set(sums).size).toBe(sums.length);
});

it("needs only what changes", () => {
  const before = dataOf(A, B);
  const changes = [flag("a", '{"version":3}'), flag("c", '{"version":1}')];
  expect(sumAfter(sumOf(before), before, changes)).toEqual(sumOf(withChanges(before, changes)));
});

it("is read as it was written, and nothing else is", () => {
  const sum = sumOf(dataOf(A, B));
  expect(decodeSum(encodeSum(sum))).toEqual(sum);
  expect(["", "x".repeat(16), "0".repeat(15)].map(decodeSum)).toEqual([undefined, undefined, undefined]);
});
