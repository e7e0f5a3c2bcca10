import { describe, expect, it } from "vitest";
import { parseRedisLogLine } from "../../../../shared/redis/private-server/redis-log-line.ts";

describe("a line of Redis's log", () => {
  it("is a warning where Redis warns", () => {
    expect(
      parseRedisLogLine("12:M 23 Nov 2026 15:02:36.713 # Error writing to the AOF file: No space left"),
    ).toEqual({
      level: "warn",
      message: "Error writing to the AOF file: No space left",
    });
  });

  it("is for debugging where Redis only tells what it does, at whatever level of its own", () => {
    for (const message of [
      "* DB loaded from append only file: 0.000 seconds",
      "# Redis version=7.0.15, bits=64, commit=00000000, modified=0, pid=7838, just started",
      "# Redis is now ready to exit, bye bye...",
    ])
      expect(parseRedisLogLine(`12:M 23 Nov 2026 15:02:36.713 ${message}`)).toEqual({
        level: "debug",
        message: message.slice(2),
      });
  });

  it("is dropped where it is part of a crash report, which quotes commands", () => {
    expect(parseRedisLogLine("argv[1]: 'somebody@example.org'")).toBeUndefined();
    expect(parseRedisLogLine("")).toBeUndefined();
  });
});
