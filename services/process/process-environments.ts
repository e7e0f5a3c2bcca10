import { ArchiveError } from "../../shared/archive/archive-error.ts";
import { type ArchivedFlags, OfflineEnvironments } from "../../shared/archive/offline-environments.ts";
import type { Clock } from "../../shared/base/clock.ts";
import { UserError } from "../../shared/base/errors.ts";
import type { Logger } from "../../shared/base/logger.ts";
import type { StopScope } from "../../shared/base/stop-scope.ts";
import type { Configuration } from "../../shared/config/configuration.ts";
import { EnvironmentList, type EnvironmentSource } from "../../shared/environments/environment-source.ts";
import type { ProcessName } from "./process-name.ts";

/** Where a process has its environments from, and in offline mode the flags. */
export interface ProcessEnvironments {
  readonly environments: EnvironmentSource;
  readonly archive: ArchivedFlags | undefined;
}

/**
 * Opens the source of environments that the configuration names; `stop` ends it. Rejects with a {@link UserError} if it
 * cannot be used at first.
 */
export async function processEnvironments(
  name: ProcessName,
  { offline, environments }: Configuration,
  stop: StopScope,
  logger: Logger,
  clock: Clock,
): Promise<ProcessEnvironments> {
  if (offline === undefined) return { environments: new EnvironmentList(environments), archive: undefined };
  const keepsFlags = name === "ingestor" || name === "all-in-one";
  try {
    const archive = await OfflineEnvironments.open({ ...offline, keepsFlags, logger, clock });
    stop.add("monitoring the offline archive", () => archive.stop());
    return { environments: archive, archive };
  } catch (error) {
    if (error instanceof ArchiveError)
      throw new UserError(`the archive "${offline.archivePath}" cannot be used: ${error.message}`);
    throw error;
  }
}
