import type { Configuration } from "../../shared/config/configuration.ts";
import { describeConfiguration } from "../../shared/config/describe.ts";
import { withArchivedEnvironments } from "./archive/offline.ts";
import { checkArchive } from "./archive/run-archive.ts";
import type { ConfigurationPlace } from "./arguments.ts";
import { validConfiguration } from "./load-configuration.ts";
import type { Terminal } from "./terminal.ts";

/** Prints the effective configuration, and what is remarkable about it. Resolves to it, with the environments of
 * its archive if it is offline. Rejects for one that cannot be used. */
export async function checkConfiguration(
  place: ConfigurationPlace,
  terminal: Terminal,
): Promise<Configuration> {
  const { configuration, effective, warnings, notices } = validConfiguration(place);
  terminal.result(describeConfiguration(effective));
  if (warnings.length > 0) terminal.result(`\n${remarks("WARNING", warnings)}`);
  if (notices.length > 0) terminal.result(`\n${remarks("notice", notices)}`);
  if (configuration.offline === undefined) return configuration;
  await checkArchive(configuration.offline.archivePath, terminal);
  return withArchivedEnvironments(configuration);
}

function remarks(kind: "WARNING" | "notice", lines: readonly string[]): string {
  return lines.map((line) => `${kind}: ${line}`).join("\n");
}
