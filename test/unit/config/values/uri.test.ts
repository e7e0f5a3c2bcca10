import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { serviceUri } from "../../../../shared/config/values/uri.ts";

/** The value of a text, or what is said about it first. */
function read(type: { readonly schema: z.ZodType }, input: unknown): unknown {
  const result = type.schema.safeParse(input);
  return result.success ? result.data : { problem: result.error.issues[0]?.message };
}

const problem = (part: string) => ({ problem: expect.stringContaining(part) });

describe("a URL", () => {
  it.each([
    ["https://stream.launchdarkly.com", "https://stream.launchdarkly.com"],
    ["https://stream.launchdarkly.com/", "https://stream.launchdarkly.com"],
    ["http://127.0.0.1:8080/base//", "http://127.0.0.1:8080/base"],
    ["HTTP://example", "HTTP://example"],
  ])("may be %s", (input, value) => {
    expect(read(serviceUri, input)).toBe(value);
  });

  it.each([
    ["stream.launchdarkly.com", "must be an absolute URL/URI"],
    ["/path", "must be an absolute URL/URI"],
    ["localhost:8080", "must be an absolute URL/URI"],
    ["ftp://example", "must be an absolute URL/URI"],
    ["https://a b", "not a valid URL/URI"],
    ["http://", "not a valid URL/URI"],
    ["://x", "not a valid URL/URI"],
    ["https://user:secret@example", "must not contain a user name or password"],
    ["https://example/?a=b", "must not contain a query"],
  ])("is not %s", (input, message) => {
    expect(read(serviceUri, input)).toEqual(problem(message));
  });
});
