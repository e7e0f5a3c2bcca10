import type { EnvironmentDefaults } from "../model/environment-defaults.ts";
import type { GivenSection } from "./given.ts";
import type { Problems } from "./problems.ts";
import { readSectionValues } from "./section-values.ts";
import { ENVIRONMENT_ID, offlineModeSettings } from "./settings/offline-mode.ts";

/** `[OfflineMode]`: environments come from an archive, and nothing from or to LaunchDarkly. */
export interface OfflineSettings {
  /** As configured: relative to where the relay was started. */
  readonly archivePath: string;
  readonly monitoringIntervalMs: number;
  readonly environments: EnvironmentDefaults;
}

/** The values of `[OfflineMode]`; `undefined` if it is off. */
export function readOfflineSettings(given: GivenSection, problems: Problems): OfflineSettings | undefined {
  if (!given.settings.has("fileDataSource")) return undefined;
  const values = readSectionValues(offlineModeSettings, given, problems);
  if (values.fileDataSource === undefined) return undefined;
  const prefix = values.envDatastorePrefix;
  return {
    archivePath: values.fileDataSource,
    monitoringIntervalMs: values.fileDataSourceMonitoringInterval,
    environments: {
      prefixOf: (envId) => prefix.replaceAll(ENVIRONMENT_ID, () => envId),
      allowedOrigins: values.envAllowedOrigin ?? [],
      allowedHeaders: values.envAllowedHeader ?? [],
    },
  };
}
