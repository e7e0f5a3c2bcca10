import { describe, expect, it } from "vitest";
import { parseCommand } from "../../../services/cli/arguments.ts";
import { sinceTime } from "../../../services/cli/events/since.ts";
import { formatAge, formatBytes, table } from "../../../services/cli/events/table.ts";
import { UserError } from "../../../shared/base/errors.ts";

const eventsCommand = (...words: string[]) => {
  const command = parseCommand(["events", ...words]);
  return command.kind === "events" ? command.command : command.kind;
};

describe("the arguments of ld-relay events", () => {
  it.each([
    [["status"], { action: "status", json: false }],
    [["status", "--json"], { action: "status", json: true }],
    [["pause", "--environment", "A"], { action: "pause", environment: "A", json: false }],
    [["resume"], { action: "resume", json: false }],
    [["dead", "list"], { action: "dead list", filter: { ids: [] }, json: false, showBodies: false }],
    [
      ["dead", "show", "ab12", "--show-bodies", "--json"],
      { action: "dead show", filter: { ids: ["ab12"] }, json: true, showBodies: true },
    ],
    [
      ["dead", "replay", "--reason", "400", "--since", "2h"],
      { action: "dead replay", filter: { reason: "400", since: "2h", ids: [] }, json: false },
    ],
    [["adopt", "q", "--into", "A"], { action: "adopt", queue: "q", into: "A", force: false, json: false }],
    [["drop", "q", "--yes"], { action: "drop", queue: "q", yes: true, force: false, json: false }],
    [["dead", "drop", "--all"], { action: "dead drop", filter: { ids: [] }, json: false }],
  ])("%j are understood", (words, command) => {
    expect(eventsCommand(...words)).toEqual(command);
  });

  it.each([
    [["events"], "status, pause, resume, adopt, drop, dead"],
    [["events", "list"], "status, pause, resume, adopt, drop, dead"],
    [["events", "adopt", "q"], "--into NAME"],
    [["events", "drop"], "takes one queue"],
    [["events", "status", "A"], 'takes no "A"'],
    [["events", "dead"], "list, show, replay, drop"],
    [["events", "dead", "drop"], "needs to know which"],
    [["events", "dead", "replay"], "needs to know which"],
    [["events", "staus"], '"staus" is no command of ld-relay events'],
    [["events", "dead", "lst"], 'did you mean "list"? Try ld-relay help events dead'],
    [["edge", "--json"], "ld-relay edge takes no --json. Try ld-relay help edge"],
    [["events", "pause", "--since", "2h"], "ld-relay events pause takes no --since"],
  ])("%j are refused", (args, message) => {
    expect(() => parseCommand(args)).toThrow(UserError);
    expect(() => parseCommand(args)).toThrow(message);
  });

  it("leave the place of the configuration to the options that all commands have", () => {
    expect(parseCommand(["events", "status", "-config", "a.conf"])).toMatchObject({
      place: { file: "a.conf" },
    });
    expect(parseCommand(["check-config", "--probe"])).toMatchObject({ kind: "check-config", probe: true });
  });
});

describe("--since", () => {
  const now = Date.UTC(2026, 0, 2);
  it.each([
    ["90m", now - 90 * 60_000],
    ["2026-01-01T12:00Z", Date.UTC(2026, 0, 1, 12)],
  ])("%s is a time", (text, time) => {
    expect(sinceTime(text, now)).toBe(time);
  });

  it("of anything else is refused", () => {
    expect(() => sinceTime("lately", now)).toThrow(UserError);
  });
});

describe("a table", () => {
  it("is as wide as what stands in it", () => {
    expect(
      table(
        ["A", "LONG"],
        [
          ["abc", "1"],
          ["", "2"],
        ],
      ),
    ).toBe("A    LONG\nabc  1\n     2");
  });

  it("has sizes and ages that people can read", () => {
    expect([0, 1023, 1024, 5 * 1024 ** 2, 3 * 1024 ** 4].map(formatBytes)).toEqual([
      "0 B",
      "1023 B",
      "1.0 KiB",
      "5.0 MiB",
      "3072.0 GiB",
    ]);
    expect([-5, 1499, 60_000, 7_200_000, 200_000_000].map(formatAge)).toEqual(["0s", "1s", "1m", "2h", "2d"]);
  });
});

describe("migrate", () => {
  it("writes to the file behind --write, or chooses one", () => {
    const command = (...args: string[]) => parseCommand(["migrate", "--config", "old", ...args]);
    expect(command()).toMatchObject({ kind: "migrate", command: { write: false, force: false } });
    expect(command("--write")).toMatchObject({ command: { write: true } });
    for (const args of [["--write", "new"], ["--write=new"], ["new", "--write"]])
      expect(command(...args)).toMatchObject({
        command: { write: true, into: "new" },
        place: { file: "old" },
      });
  });

  it("takes no file without --write, and no two", () => {
    expect(() => parseCommand(["migrate", "new"])).toThrow('takes no "new"');
    expect(() => parseCommand(["migrate", "--write", "new", "newer"])).toThrow("takes no");
  });
});
