import { UserError } from "../../shared/base/errors.ts";
import { didYouMean } from "../../shared/config/suggestion.ts";
import { COMMANDS, COMMON_OPTIONS, type CommandHelp, commandCalled, wordsAfter } from "./commands.ts";
import { describeOption, type OptionName } from "./options.ts";
import { shownWord } from "./shown-word.ts";

/** The widest that a line of help may be: terminals have 80 columns, and many people have more. */
const WIDTH = 96;

/**
 * What to print for those who ask for help: about everything, about a group of commands (`events`), or about the command
 * that `words` begin with. Throws a {@link UserError} for words that begin no command.
 */
export function helpText(words: readonly string[]): string {
  if (words.length === 0) return generalHelp();
  if (wordsAfter(words).length > 0) return groupHelp(words);
  const command = commandCalled(words);
  if (command === undefined) throw unknownCommand(words);
  return commandHelp(command);
}

/** An error that names the word that no command has there, and the one that was meant, if one is near. */
export function unknownCommand(words: readonly string[]): UserError {
  const known = words.findIndex((_, at) => wordsAfter(words.slice(0, at + 1)).length === 0);
  const group = words.slice(0, known === -1 ? words.length : known);
  const candidates = wordsAfter(group);
  const word = words[group.length];
  const name = ["ld-relay", ...group].join(" ");
  const problem =
    word === undefined
      ? `${name} needs one of: ${candidates.join(", ")}`
      : `"${shownWord(word)}" is no command of ${name} (${candidates.join(", ")})${didYouMean(word, candidates)}`;
  return new UserError(
    `${problem}${problem.endsWith("?") ? "" : "."} Try ${["ld-relay help", ...group].join(" ")}`,
  );
}

function generalHelp(): string {
  return `Usage: ld-relay [COMMAND] [OPTIONS]

Relays feature flags from LaunchDarkly to SDKs, and their events back.

Commands:
${columns(COMMANDS.map(({ words, summary }) => [words || "(none)", summary]))}

Options (one dash or two):
${optionLines([...COMMON_OPTIONS, "version"])}

SDKs connect to port 8030. Probes and metrics are on 8031 (edge, all in one),
8032 (ingestor) and 8033 (forwarder). docs/configuration.md has every setting,
and ld-relay help COMMAND says more about a command.

Examples:
  ld-relay --config my.conf
  ld-relay edge --config my.conf
  LD_ENV_production=sdk-... ld-relay --from-env
`;
}

function groupHelp(group: readonly string[]): string {
  const name = group.join(" ");
  const members = COMMANDS.filter(({ words }) => words.startsWith(`${name} `));
  return `Usage: ld-relay ${name} ${wordsAfter(group).join(" | ")} [OPTIONS]

${columns(members.map(({ words, summary }) => [words, summary]))}

ld-relay help ${members[0]?.words} shows its options.
`;
}

function commandHelp({
  words,
  operands,
  summary,
  details = [],
  options,
  examples = [],
}: CommandHelp): string {
  const usage = ["ld-relay", words, operands, "[OPTIONS]"].filter((part) => part).join(" ");
  return [
    `Usage: ${usage}`,
    "",
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    ...details,
    "",
    "Options (one dash or two):",
    optionLines([...options, ...COMMON_OPTIONS]),
    ...(examples.length > 0 ? ["", "Examples:", ...examples.map((line) => `  ${line}`)] : []),
    "",
  ].join("\n");
}

function optionLines(names: readonly OptionName[]): string {
  return columns(names.map(describeOption));
}

/** Two columns; the second is broken into lines at blanks. */
function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length)) + 2;
  return rows
    .flatMap(([first, second]) =>
      linesOf(second, WIDTH - width - 2).map(
        (line, at) => `  ${(at === 0 ? first : "").padEnd(width)}${line}`,
      ),
    )
    .join("\n");
}

function linesOf(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
