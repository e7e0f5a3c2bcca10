import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { count, countOrZero, port, portOrAny, share } from "../../../../shared/config/values/number.ts";

/** The value of a text, or what is said about it first. */
function read(type: { readonly schema: z.ZodType }, input: unknown): unknown {
  const result = type.schema.safeParse(input);
  return result.success ? result.data : { problem: result.error.issues[0]?.message };
}

const problem = (part: string) => ({ problem: expect.stringContaining(part) });

describe("a number", () => {
  it.each([
    [port, "8030", 8030],
    [portOrAny, "0", 0],
    [count, "1000", 1000],
    [count, "+1", 1],
    [countOrZero, "0", 0],
    [share, ".5", 0.5],
    [share, "1", 1],
  ])("may be as in case %#", (type, input, value) => {
    expect(read(type, input)).toBe(value);
  });

  it.each([
    [port, "x", "not a valid integer"],
    [port, "1.5", "not a valid integer"],
    [port, "99999999999999999999", "not a valid integer"],
    [port, "0", "value must be greater than zero"],
    [port, "-1", "value must be greater than zero"],
    [port, "65536", "value must not be greater than 65535"],
    [count, "0", "value must be greater than zero"],
    [countOrZero, "-1", "value must not be negative"],
    [portOrAny, "65536", "value must not be greater than 65535"],
    [share, "50%", "not a valid number"],
    [share, "0", "value must be greater than 0, and not greater than 1"],
    [share, "1.5", "value must be greater than 0, and not greater than 1"],
  ])("is not as in case %#", (type, input, message) => {
    expect(read(type, input)).toEqual(problem(message));
  });
});
