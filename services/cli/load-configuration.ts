import { readFileSync } from "node:fs";
import { describeError, UserError } from "../../shared/base/errors.ts";
import { type ConfigurationResult, readConfiguration } from "../../shared/config/configuration.ts";
import type { ConfigurationPlace } from "./arguments.ts";

/** Reads the configuration that the command line names. Throws a {@link UserError} when the file cannot be read. */
export function loadConfiguration(place: ConfigurationPlace): ConfigurationResult {
  const text = readFile(place);
  const file = place.file !== undefined && text !== undefined ? { name: place.file, text } : undefined;
  return readConfiguration({ variables: process.env, ...(file && { file }) });
}

/** Says in a line where the configuration comes from, as the original does at start. */
export function describePlace({ file }: ConfigurationPlace): string {
  return file === undefined
    ? "configuration from environment variables"
    : `configuration file ${file} plus environment variables`;
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
