import { describe, expect, it } from "vitest";
import { formatAge, formatBytes, table } from "../../../../services/cli/events/table.ts";

describe("a table", () => {
  it("has columns as wide as what stands in them, and no blanks at line ends", () => {
    expect(table(["A", "LONG", "C"], [["wide", "x", ""]])).toBe("A     LONG  C\nwide  x");
  });

  it("is the header alone without rows", () => {
    expect(table(["A", "B"], [])).toBe("A  B");
  });
});

it.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [12_288, "12.0 KiB"],
  [1024 ** 4, "1024.0 GiB"],
])("%i bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

it.each([
  [-5, "0s"],
  [42_400, "42s"],
  [60_000, "1m"],
  [7_199_999, "1h"],
  [172_800_000, "2d"],
])("%i ms are %s", (ms, text) => {
  expect(formatAge(ms)).toBe(text);
});
