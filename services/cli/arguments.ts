import { parseArgs } from "node:util";
import { describeError, UserError } from "../../shared/base/errors.ts";
import { didYouMean } from "../../shared/config/suggestion.ts";
import type { Role } from "../process/process-name.ts";
import { type ArchiveCommand, parseArchiveCommand } from "./archive/command.ts";
import type { ClaimCommand } from "./claim/run-claim.ts";
import { COMMON_OPTIONS, type CommandHelp, commandCalled } from "./commands.ts";
import type { EventsCommand } from "./events/command.ts";
import { parseEventsCommand } from "./events/parse.ts";
import { helpText, unknownCommand } from "./help.ts";
import type { MigrateCommand } from "./migrate/run-migrate.ts";
import { DEFAULT_FILE, OPTIONS, type OptionName } from "./options.ts";
import { shownWord } from "./shown-word.ts";
import type { StatusCommand } from "./status/run-status.ts";

const ROLES: readonly string[] = ["ingestor", "edge", "forwarder"] satisfies Role[];

/** Where the configuration comes from. */
export interface ConfigurationPlace {
  readonly file: string | undefined;
  /** Whether variables count beside a file; without one they always do. */
  readonly fromEnv: boolean;
  /** Whether a file that is not there is simply left out. */
  readonly allowMissingFile: boolean;
}

export type Command =
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "version" }
  | {
      readonly kind: "check-config";
      readonly place: ConfigurationPlace;
      /** Whether to look at what the configuration names, too. */
      readonly probe: boolean;
    }
  | { readonly kind: "archive"; readonly command: ArchiveCommand; readonly place: ConfigurationPlace }
  | { readonly kind: "claim"; readonly command: ClaimCommand; readonly place: ConfigurationPlace }
  | { readonly kind: "migrate"; readonly command: MigrateCommand; readonly place: ConfigurationPlace }
  | { readonly kind: "events"; readonly command: EventsCommand; readonly place: ConfigurationPlace }
  | { readonly kind: "status"; readonly command: StatusCommand; readonly place: ConfigurationPlace }
  /** Without a role all three run in one process. */
  | { readonly kind: "run"; readonly role: Role | undefined; readonly place: ConfigurationPlace };

/** What the command's arguments ask for. Throws a {@link UserError} for what it does not know. */
export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args.map(withTwoDashes).flatMap(withOperand));
  const [what, ...more] = positionals;
  if (what === "help") return { kind: "help", text: helpText(more) };
  if (values.help) return { kind: "help", text: helpText(positionals) };
  if (values.version) return { kind: "version" };
  refuseVariables(positionals);
  const called = commandCalled(positionals);
  if (called === undefined) throw unknownCommand(positionals);
  refuseOptionsWithoutEffect(called, Object.keys(values) as OptionName[]);
  const place: ConfigurationPlace = {
    file: values.config ?? (values["from-env"] ? undefined : DEFAULT_FILE),
    fromEnv: values["from-env"] ?? false,
    allowMissingFile: values["allow-missing-file"] ?? false,
  };
  if (what === "archive") return { kind: "archive", command: parseArchiveCommand(more, values), place };
  if (what === "events") return { kind: "events", command: parseEventsCommand(more, values), place };
  if (what === "migrate" && more.length <= (values.write ? 1 : 0)) {
    const { write = false, force = false } = values;
    const [into] = more;
    return { kind: "migrate", command: { write, ...(into !== undefined && { into }), force }, place };
  }
  if (more.length > 0)
    throw new UserError(
      `ld-relay ${what} takes no "${more.map(shownWord).join(" ")}". Try ld-relay help ${what}`,
    );
  if (what === "check-config") return { kind: "check-config", place, probe: values.probe ?? false };
  if (what === "claim") {
    const { environment, force = false, json = false } = values;
    return { kind: "claim", command: { environment, force, json }, place };
  }
  if (what === "status") return { kind: "status", command: { json: values.json ?? false }, place };
  if (what !== undefined && !isRole(what)) throw unknownCommand(positionals);
  return { kind: "run", role: what, place };
}

/** `--from-env NAME=value` reads well, and what it says would be lost. */
function refuseVariables(words: readonly string[]): void {
  for (const word of words) {
    const [, name] = /^(\w[^=]*)=/.exec(word) ?? [];
    if (name !== undefined)
      throw new UserError(
        `"${shownWord(word)}" is no argument: set variables in front of the command, as in ${name}=… ld-relay --from-env`,
      );
  }
}

/** An option that would have no effect is a mistake that somebody should hear of. */
function refuseOptionsWithoutEffect({ words, options }: CommandHelp, given: readonly OptionName[]): void {
  const [refused] = given.filter((name) => !options.includes(name) && !COMMON_OPTIONS.includes(name));
  if (refused === undefined) return;
  const name = ["ld-relay", words].join(" ").trim();
  throw new UserError(`${name} takes no --${refused}. Try ${["ld-relay help", words].join(" ").trim()}`);
}

function isRole(text: string): text is Role {
  return ROLES.includes(text);
}

/** The original takes its options with one dash or two (R4.1). */
function withTwoDashes(arg: string): string {
  return /^-[a-z]{2,}/.test(arg) ? `-${arg}` : arg;
}

/** `--write` works without a value, so that one which it has stands behind it as a word of its own. */
function withOperand(arg: string): string[] {
  const [, file] = /^--write=(.+)$/.exec(arg) ?? [];
  return file === undefined ? [arg] : ["--write", file];
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: OPTIONS,
    });
  } catch (error) {
    throw new UserError(`${reasonOf(error)} (try --help)`);
  }
}

/** Node's own text about an unknown option advises what is of no use here. */
function reasonOf(error: unknown): string {
  const [, unknown] = /^Unknown option '(-[^']*)'/.exec(describeError(error)) ?? [];
  if (unknown === undefined) return describeError(error);
  const names = Object.keys(OPTIONS).map((name) => `--${name}`);
  return `unknown option ${shownWord(unknown)}${didYouMean(unknown, names)}`;
}
