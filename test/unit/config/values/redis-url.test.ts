import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { redisUrl } from "../../../../shared/config/values/redis-url.ts";

/** The value of a text, or what is said about it first. */
function read(type: { readonly schema: z.ZodType }, input: unknown): unknown {
  const result = type.schema.safeParse(input);
  return result.success ? result.data : { problem: result.error.issues[0]?.message };
}

const problem = (part: string) => ({ problem: expect.stringContaining(part) });

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
