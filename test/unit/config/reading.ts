import {
  type Configuration,
  type ConfigurationInput,
  readConfiguration,
} from "../../../shared/config/configuration.ts";

/** Enough for a configuration to be valid. */
export const ONE_ENVIRONMENT = '[Environment "Production"]\nsdkKey = sdk-production\n';

function fileInput(text: string, variables: Record<string, string> = {}): ConfigurationInput {
  return { file: { name: "relay.conf", text }, variables };
}

/** What must be valid, or the test fails with all problems. */
export function readValid(text: string, variables: Record<string, string> = {}) {
  const result = readConfiguration(fileInput(text, variables));
  if (result.kind === "invalid") throw new Error(result.problems.join("\n"));
  return result;
}

export function configurationOf(text: string, variables: Record<string, string> = {}): Configuration {
  return readValid(text, variables).configuration;
}

/** The problems of what is not valid; none if it is. */
export function problemsOf(text: string, variables: Record<string, string> = {}): readonly string[] {
  const result = readConfiguration(fileInput(text, variables));
  return result.kind === "invalid" ? result.problems : [];
}
