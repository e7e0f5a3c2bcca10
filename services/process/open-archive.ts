import { ArchiveError } from "../../shared/archive/archive-error.ts";
import { OfflineEnvironments, type OfflineParts } from "../../shared/archive/offline-environments.ts";
import { UserError } from "../../shared/base/errors.ts";

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
