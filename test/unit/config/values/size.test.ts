import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { size } from "../../../../shared/config/values/size.ts";

/** The value of a text, or what is said about it first. */
function read(type: { readonly schema: z.ZodType }, input: unknown): unknown {
  const result = type.schema.safeParse(input);
  return result.success ? result.data : { problem: result.error.issues[0]?.message };
}

const problem = (part: string) => ({ problem: expect.stringContaining(part) });

describe("a size", () => {
  it.each([
    ["0B", 0],
    ["100B", 100],
    ["1KiB", 1024],
    ["1KB", 1024],
    ["10MiB", 10 * 1024 ** 2],
    ["10MB", 10 * 1024 ** 2],
    ["1GiB", 1024 ** 3],
    ["1TiB", 1024 ** 4],
    ["1PiB", 1024 ** 5],
    ["1EiB", 1024 ** 6],
    ["1MiB512KiB", 1.5 * 1024 ** 2],
    ["1.5KiB", 1536],
    ["-1KiB", -1024],
  ])("may be %s", (input, bytes) => {
    expect(read(size, input)).toBe(bytes);
  });

  it.each(["1kB", "1", "1 MiB", "MiB", "1mib", "1iB", "x"])("is not %s", (input) => {
    expect(read(size, input)).toEqual(problem("not a valid size"));
  });
});
