import type { Configuration } from "../../shared/config/configuration.ts";
import { describeConfiguration } from "../../shared/config/describe.ts";
import type { ConfigurationPlace } from "./arguments.ts";
import { validConfiguration } from "./load-configuration.ts";
import type { Terminal } from "./terminal.ts";

/** Prints the effective configuration, and what is remarkable about it. Throws for one that cannot be used. */
export function checkConfiguration(place: ConfigurationPlace, terminal: Terminal): Configuration {
  const { configuration, effective, warnings, notices } = validConfiguration(place);
  terminal.result(describeConfiguration(effective));
  if (warnings.length > 0) terminal.result(`\n${remarks("WARNING", warnings)}`);
  if (notices.length > 0) terminal.result(`\n${remarks("notice", notices)}`);
  return configuration;
}

function remarks(kind: "WARNING" | "notice", lines: readonly string[]): string {
  return lines.map((line) => `${kind}: ${line}`).join("\n");
}
