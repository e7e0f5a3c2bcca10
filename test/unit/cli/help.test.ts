import { describe, expect, it } from "vitest";
import { parseCommand } from "../../../services/cli/arguments.ts";
import { COMMANDS } from "../../../services/cli/commands.ts";
import { helpText } from "../../../services/cli/help.ts";
import { OPTIONS } from "../../../services/cli/options.ts";

const named = COMMANDS.filter(({ words }) => words !== "");

describe("the help", () => {
  it("names every command, and every option somewhere", () => {
    const general = helpText([]);
    for (const { words } of named) expect(general).toContain(`  ${words}  `);
    const everything = [general, ...named.map(({ words }) => helpText(words.split(" ")))].join("\n");
    for (const option of Object.keys(OPTIONS)) expect(everything).toContain(`--${option}`);
  });

  it.each(named.filter(({ words }) => words !== "help").map(({ words }) => [words]))(
    "of %s is the same however it is asked for",
    (words) => {
      const text = helpText(words.split(" "));
      expect(text).toMatch(new RegExp(`^Usage: ld-relay ${words} `));
      for (const args of [
        ["help", ...words.split(" ")],
        [...words.split(" "), "--help"],
        ["-h", ...words.split(" ")],
      ])
        expect(parseCommand(args)).toEqual({ kind: "help", text });
    },
  );

  it.each([
    ["events", ["events status", "events dead list"]],
    ["events dead", ["events dead list", "events dead drop"]],
  ])("of the group %s lists what belongs to it", (words, members) => {
    for (const member of members) expect(helpText(words.split(" "))).toContain(member);
  });

  it("fits into a hundred columns", () => {
    for (const text of [helpText([]), ...named.map(({ words }) => helpText(words.split(" ")))])
      for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  it.each([
    [["help", "egde"], 'did you mean "edge"?'],
    [["egde", "--help"], 'did you mean "edge"?'],
    [["help", "events", "dead", "replya"], 'did you mean "replay"?'],
    [["nonsense"], '"nonsense" is no command of ld-relay (ingestor,'],
  ])("%j is refused with what was meant", (args, message) => {
    expect(() => parseCommand(args)).toThrow(message);
  });
});
