import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { duration, flushInterval, waitingTime } from "../../../../shared/config/values/duration.ts";

/** The value of a text, or what is said about it first. */
function read(type: { readonly schema: z.ZodType }, input: unknown): unknown {
  const result = type.schema.safeParse(input);
  return result.success ? result.data : { problem: result.error.issues[0]?.message };
}

const problem = (part: string) => ({ problem: expect.stringContaining(part) });

describe("a duration", () => {
  it.each([
    ["0", 0],
    ["-0", 0],
    ["15s", 15_000],
    ["1m30s", 90_000],
    ["1.5h", 5_400_000],
    [".5s", 500],
    ["2.s", 2_000],
    ["250ms", 250],
    ["1500us", 1.5],
    ["1500µs", 1.5],
    ["1500μs", 1.5],
    ["1000ns", 0.001],
    ["1.1s", 1_100],
    ["-2s", -2_000],
    ["+2s", 2_000],
  ])("may be %s", (input, ms) => {
    expect(read(duration, input)).toBe(ms);
  });

  it.each(["15", "s", "1 s", "1d", "1S", "1s5", "1..5s", "abc", "--1s", "1,5s"])("is not %s", (input) => {
    expect(read(duration, input)).toEqual(problem("not a valid duration"));
  });

  it("suggests the unit that is probably missing", () => {
    expect(read(duration, "15")).toEqual(problem('did you mean "15s"?'));
  });

  it("that something waits for is not negative, and no longer than a timer can be", () => {
    expect(read(waitingTime, "-1s")).toEqual(problem("must not be negative"));
    expect(read(waitingTime, "597h")).toEqual(problem("must not be longer than 596h"));
    expect(read(waitingTime, "596h")).toBe(596 * 3_600_000);
  });

  it("between flushes is a minute if it is none", () => {
    expect(read(flushInterval, "0")).toBe(60_000);
    expect(read(flushInterval, "-1s")).toBe(60_000);
    expect(read(flushInterval, "2s")).toBe(2_000);
  });
});
