import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { duration, flushInterval, waitingTime } from "../../../shared/config/values/duration.ts";
import { count, countOrZero, flag, port, portOrAny, share } from "../../../shared/config/values/number.ts";
import { redisUrl } from "../../../shared/config/values/redis-url.ts";
import { size } from "../../../shared/config/values/size.ts";
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
} from "../../../shared/config/values/text.ts";
import { serviceUri } from "../../../shared/config/values/uri.ts";

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

describe("the URL of a Redis", () => {
  it.each([
    ["redis://h", { kind: "tcp", host: "h", port: 6379, tls: false, db: 0 }],
    ["redis://h:1/2", { kind: "tcp", host: "h", port: 1, tls: false, db: 2 }],
    ["rediss://h", { kind: "tcp", host: "h", port: 6379, tls: true, db: 0 }],
    ["redis://[::1]:1", { kind: "tcp", host: "::1", port: 1, tls: false, db: 0 }],
    [
      "redis://us%40er:p%2Fw@h",
      { kind: "tcp", host: "h", port: 6379, tls: false, db: 0, username: "us@er", password: "p/w" },
    ],
    ["redis://:pw@h/", { kind: "tcp", host: "h", port: 6379, tls: false, db: 0, password: "pw" }],
    ["unix:///run/redis.sock", { kind: "unix", path: "/run/redis.sock", db: 0 }],
    ["unix:///run/my%20redis.sock?db=3", { kind: "unix", path: "/run/my redis.sock", db: 3 }],
  ])("may be %s", (input, settings) => {
    expect(read(redisUrl, input)).toEqual(settings);
  });

  it.each([
    ["localhost", "must be an absolute URL/URI"],
    ["http://h", "begins with redis://"],
    ["redis://", "invalid Redis hostname"],
    ["redis://a%20b", "invalid Redis hostname"],
    ["redis://h:99999", "not a valid URL/URI"],
    ["redis://h/x", "number of a database"],
    ["redis://h?a=b", "query"],
    ["redis://%ff@h", "not a valid URL/URI"],
    ["redis://:pa#ss@h", "write # / ? % as %23 %2F %3F %25"],
    ["redis://:pa/ss@h:6379", "REDIS_PASSWORD"],
    ["redis://user:12/34@h", "write # / ? %"],
    ["rediss://:pa?ss@h", "write # / ? %"],
    ["redis://:100%@h", "write # / ? %"],
    ["redis://us#er@h", "REDIS_USERNAME"],
    ["unix://run/redis.sock", "absolute path of a socket"],
    ["unix:///run/redis.sock?x=1", "no other parameter"],
  ])("is not %s", (input, message) => {
    expect(read(redisUrl, input)).toEqual(problem(message));
  });

  it.each([
    "redis://user:secret@h:1/2",
    "redis://user:sec@ret@h:1/2",
    "user:secret@h:1/2",
    "redis://:secret@h:1/2",
  ])("is shown without user and password: case %#", (input) => {
    expect(redisUrl.traits.show(input)).toMatch(/^(redis:\/\/)?\(hidden\)@h:1\/2$/);
  });
});
