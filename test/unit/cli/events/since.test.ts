import { expect, it } from "vitest";
import { sinceTime } from "../../../../services/cli/events/since.ts";

const NOW = Date.parse("2026-01-31T12:00Z");

it("takes a duration before now, or a time", () => {
  expect(sinceTime("90m", NOW)).toBe(Date.parse("2026-01-31T10:30Z"));
  expect(sinceTime("2026-01-30T00:00Z", NOW)).toBe(Date.parse("2026-01-30T00:00Z"));
});

it("says what it takes for anything else", () => {
  expect(() => sinceTime("yesterday", NOW)).toThrow(
    "--since yesterday: neither a duration such as 90m nor a time",
  );
});
