import { existsSync, readFileSync } from "node:fs";
import { describeError, UserError } from "../../shared/base/errors.ts";
import { type ConfigurationResult, readConfiguration } from "../../shared/config/configuration.ts";
import { variablesOfSettings } from "../../shared/config/environment-variables.ts";
import type { ConfigurationFile } from "../../shared/config/file-settings.ts";
import type { ConfigurationPlace } from "./arguments.ts";
import { unheededVariables } from "./platform-variables.ts";

/** A configuration that cannot be used, with what is wrong and what else the user should know. */
export class InvalidConfiguration extends UserError {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];

  constructor(problems: readonly string[], warnings: readonly string[]) {
    const lines = [...problems, ...warnings.map((warning) => `warning: ${warning}`)];
    super(["the configuration cannot be used:", ...lines].join("\n  "));
    this.problems = problems;
    this.warnings = warnings;
  }
}

/** As {@link loadConfiguration}; throws {@link InvalidConfiguration} for one that cannot be used. */
export function validConfiguration(place: ConfigurationPlace) {
  const result = loadConfiguration(place);
  if (result.kind === "invalid") throw new InvalidConfiguration(result.problems, result.warnings);
  return result;
}

/**
 * Reads the configuration that the command line names, as the original does: a file is complete in itself, unless
 * `--from-env` puts variables on top of it; without a file variables are all there is. Throws a {@link UserError}
 * when the file cannot be read.
 */
export function loadConfiguration(place: ConfigurationPlace): ConfigurationResult {
  const result = readPlace(place);
  if (result.kind === "invalid") return result;
  return { ...result, notices: [...result.notices, ...unheededVariables(process.env)] };
}

/** What counts wherever settings come from. */
const machine = { platform: process.env, readFile: (path: string) => readFileSync(path, "utf8") };

function readPlace(place: ConfigurationPlace): ConfigurationResult {
  const text = readFile(place);
  if (place.file === undefined || text === undefined)
    return readConfiguration({ ...machine, variables: process.env });
  const file = { name: place.file, text };
  if (place.fromEnv) return readConfiguration({ ...machine, file, variables: process.env });
  return withUnreadVariables(readConfiguration({ ...machine, file }));
}

/** The file that the command line names, and the names of the variables that count, as {@link loadConfiguration} reads them. */
export function readInput(place: ConfigurationPlace): {
  readonly file: ConfigurationFile | undefined;
  readonly variables: readonly string[];
} {
  const text = readFile(place);
  const file = place.file === undefined || text === undefined ? undefined : { name: place.file, text };
  return { file, variables: file === undefined || place.fromEnv ? Object.keys(process.env) : [] };
}

/** Says in a line where the configuration comes from, as the original does at start. */
export function describePlace({ file, fromEnv, allowMissingFile }: ConfigurationPlace): string {
  if (file === undefined || (allowMissingFile && !existsSync(file)))
    return "configuration from environment variables";
  return `configuration file ${file}${fromEnv ? " plus environment variables" : ""}`;
}

/** Many a platform sets `PORT` for its own purposes; who set it for ours should learn why nothing happens. */
function withUnreadVariables(result: ConfigurationResult): ConfigurationResult {
  const unread = variablesOfSettings(process.env);
  if (unread.length === 0) return result;
  const notice = `${unread.join(", ")}: not read, because --config alone reads the file and nothing else; --from-env adds variables`;
  return result.kind === "invalid"
    ? { ...result, warnings: [...result.warnings, notice] }
    : { ...result, notices: [...result.notices, notice] };
}

function readFile({ file, allowMissingFile }: ConfigurationPlace): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    if (missing && allowMissingFile) return undefined;
    if (missing)
      throw new UserError(
        `configuration file "${file}" does not exist\nName another with --config, or use --from-env`,
      );
    throw new UserError(`cannot read configuration file "${file}": ${describeError(error)}`);
  }
}
