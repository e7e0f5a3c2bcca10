import { archiveContents } from "../../../shared/archive/archive-contents.ts";
import type { Configuration } from "../../../shared/config/configuration.ts";
import { openArchive } from "./show.ts";

/**
 * The configuration with the environments that are in its archive, if it is offline, for commands that look once. Rejects with a
 * `UserError` if the archive cannot be used.
 */
export async function withArchivedEnvironments(configuration: Configuration): Promise<Configuration> {
  const { offline } = configuration;
  if (offline === undefined) return configuration;
  const archive = await openArchive(offline.archivePath);
  const { served } = archiveContents(new Map(), archive, offline.environments, Date.now());
  return { ...configuration, environments: [...served.values()].map(({ environment }) => environment) };
}
