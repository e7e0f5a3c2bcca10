import { archiveContents } from "../../../shared/archive/archive-contents.ts";
import { ArchiveError } from "../../../shared/archive/archive-error.ts";
import { OfflineEnvironments, type OfflineParts } from "../../../shared/archive/offline-environments.ts";
import { UserError } from "../../../shared/base/errors.ts";
import type { Configuration } from "../../../shared/config/configuration.ts";
import { openArchive } from "./show.ts";

/**
 * The configuration with the environments that are in its archive, if it is offline, for commands that look once. Rejects with a
 * {@link UserError} if the archive cannot be used.
 */
export async function withArchivedEnvironments(configuration: Configuration): Promise<Configuration> {
  const { offline } = configuration;
  if (offline === undefined) return configuration;
  const archive = await openArchive(offline.archivePath);
  const { served } = archiveContents(new Map(), archive, offline.environments, Date.now());
  return { ...configuration, environments: [...served.values()].map(({ environment }) => environment) };
}

/** The environments of an archive, as they change. Rejects with a {@link UserError} if it cannot be used at first. */
export async function openOfflineEnvironments(parts: OfflineParts): Promise<OfflineEnvironments> {
  try {
    return await OfflineEnvironments.open(parts);
  } catch (error) {
    if (error instanceof ArchiveError)
      throw new UserError(`the archive "${parts.archivePath}" cannot be used: ${error.message}`);
    throw error;
  }
}
