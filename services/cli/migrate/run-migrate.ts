import { writeFileSync } from "node:fs";
import { describeError, UserError } from "../../../shared/base/errors.ts";
import { type ConfigurationResult, readConfiguration } from "../../../shared/config/configuration.ts";
import type { ConfigurationFile } from "../../../shared/config/file-settings.ts";
import type { Terminal } from "../terminal.ts";
import { newFile } from "./new-file.ts";
import { type Review, type ReviewedSetting, review } from "./review.ts";

/** What `ld-relay migrate` is asked for. */
export interface MigrateCommand {
  /** Whether to write the new file. */
  readonly write: boolean;
  /** Where to; left out: beside the old one. */
  readonly into?: string;
  /** Whether a file that is there may be overwritten. */
  readonly force: boolean;
}

/** What there is to migrate. */
export interface Migrated {
  readonly file: ConfigurationFile | undefined;
  /** The names of the variables that were read. */
  readonly variables: readonly string[];
  /** What the configuration is read from, in words. */
  readonly from: string;
  readonly result: ConfigurationResult;
}

/**
 * Says of each setting what becomes of it, and writes the new file if that is wanted. Resolves to the exit code: 1 if
 * something is left to do. Throws a {@link UserError} if the file cannot be written.
 */
export function runMigrate(
  command: MigrateCommand,
  { file, variables, from, result }: Migrated,
  terminal: Terminal,
): number {
  const reviewed = review(file, variables, result);
  terminal.result(reportLines(reviewed).join("\n"));
  if (command.write) {
    const path = command.into ?? (file === undefined ? "ld-relay.conf" : `${file.name}.new`);
    const text = newFile(from, result.written(), reviewed);
    write(path, text, command.force);
    terminal.result(`\n${path} is written: ${verdictOn(path, text)}`);
  }
  return result.kind === "valid" ? 0 : 1;
}

const MEANINGS = {
  stays: "stay as they are",
  changes: "are understood, and written otherwise today",
  goes: "have no effect and can go",
  "to do": "must be dealt with before a start",
} as const;

function reportLines({ settings, general }: Review): string[] {
  const width = Math.max(0, ...settings.map(({ place }) => place.length));
  const line = ({ place, verdict, shown, remarks }: ReviewedSetting): string =>
    `${place.padEnd(width)}  ${verdict.padEnd(7)}  ${[shown, ...remarks].join("; ")}`;
  const counts = (["stays", "changes", "goes", "to do"] as const).map((verdict) => {
    const count = settings.filter((each) => each.verdict === verdict).length;
    return `  ${verdict.padEnd(7)} ${String(count).padStart(4)}  ${MEANINGS[verdict]}`;
  });
  const more = general.map(({ verdict, text }) => `${verdict === "to do" ? "to do" : "know "}  ${text}`);
  return [...settings.map(line), ...(more.length > 0 ? ["", ...more] : []), "", ...counts];
}

function write(path: string, text: string, force: boolean): void {
  try {
    // It has the keys in it, so nobody else may read it.
    writeFileSync(path, text, { mode: 0o600, flag: force ? "w" : "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw new UserError(`"${path}" is there already: name another file, or overwrite it with --force`);
    throw new UserError(`cannot write "${path}": ${describeError(error)}`);
  }
}

function verdictOn(path: string, text: string): string {
  const again = readConfiguration({ file: { name: path, text }, readFile: () => "" });
  const left = again.kind === "invalid" || /^# TO DO: /m.test(text);
  return left
    ? "what is left to do stands in it as comments that begin with TO DO"
    : "ld-relay check-config says what it comes to";
}
