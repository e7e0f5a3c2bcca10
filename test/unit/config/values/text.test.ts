import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { flag } from "../../../../shared/config/values/number.ts";
import {
  clientStreamContent,
  headerNames,
  hostType,
  list,
  logLevel,
  metricPrefix,
  sdkKey,
  text,
  tlsVersion,
} from "../../../../shared/config/values/text.ts";

/** The value of a text, or what is said about it first. */
function read(type: { readonly schema: z.ZodType }, input: unknown): unknown {
  const result = type.schema.safeParse(input);
  return result.success ? result.data : { problem: result.error.issues[0]?.message };
}

const problem = (part: string) => ({ problem: expect.stringContaining(part) });

describe("a boolean", () => {
  it.each(["true", "yes", "on", "1", "TRUE", "Yes"])("is true as %s", (input) => {
    expect(read(flag, input)).toBe(true);
  });
  it.each(["false", "no", "off", "0", "FALSE"])("is false as %s", (input) => {
    expect(read(flag, input)).toBe(false);
  });
  it.each(["", "2", "t", "maybe"])("is not %j", (input) => {
    expect(read(flag, input)).toEqual(problem("not a valid boolean"));
  });
});

describe("words and texts", () => {
  it.each(["debug", "info", "warn", "error", "none"])("%s is a log level in any case", (level) => {
    expect(read(logLevel, level.toUpperCase())).toBe(level);
  });

  it.each([
    [logLevel, "loud", '"loud" is not a valid log level'],
    [clientStreamContent, "pings", '"pings" is not a valid content of client streams (ping, values)'],
    [tlsVersion, "1.4", '"1.4" is not a valid TLS version'],
    [text, "a\nb", "must not contain control characters"],
    [sdkKey, "a b", "must not contain blanks"],
    [hostType("no host"), "a/b", "no host"],
    [hostType("no host"), "a:1", "no host"],
    [metricPrefix, "my-app", "must consist of letters"],
    [headerNames, ["X-A,b c"], "not the name of an HTTP header"],
  ])("are refused as in case %#", (type, input, message) => {
    expect(read(type, input)).toEqual(problem(message));
  });

  it.each(["1.0", "1.1", "1.2", "1.3"])("%s is a version of TLS", (version) => {
    expect(read(tlsVersion, version)).toBe(version);
  });

  it.each([
    ["localhost", "localhost"],
    ["my_redis.example", "my_redis.example"],
    ["10.0.0.1", "10.0.0.1"],
    ["[::1]", "::1"],
    ["::1", "::1"],
  ])("%s is a host", (input, host) => {
    expect(read(hostType("no host"), input)).toBe(host);
  });

  it("make a list from lines and commas, without blanks and empty ones", () => {
    expect(read(list, ["a,b", " c , ,d"])).toEqual(["a", "b", "c", "d"]);
  });
});
