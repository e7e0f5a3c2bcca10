import type { Variables } from "../../shared/config/environment-variables.ts";

/**
 * A notice for the platform's variables that have no effect here although release 9 of the original heeds them with and
 * without `--from-env`. Many a platform sets them for all programs, so they are no reason for a warning.
 */
export function unheededVariables(variables: Variables): string[] {
  const names = Object.keys(variables).filter((name) => name.startsWith("OTEL_") && variables[name] !== "");
  if (names.length === 0) return [];
  return [`${names.join(", ")}: not used, because OTLP is not served yet; /metrics of the admin port is`];
}
