import { type Archive, type ArchivedEnvironment, readArchive } from "../../../shared/archive/archive.ts";
import { ArchiveError } from "../../../shared/archive/archive-error.ts";
import { UserError } from "../../../shared/base/errors.ts";
import { acceptedKeys } from "../../../shared/environments/accepted-keys.ts";
import { type AdditionalKey, type Credentials, maskCredential } from "../../../shared/model/credentials.ts";
import { table } from "../events/table.ts";

/** The archive at `path`. Rejects with a {@link UserError} that says why it cannot be used. */
export async function openArchive(path: string): Promise<Archive> {
  try {
    return await readArchive(path);
  } catch (error) {
    if (error instanceof ArchiveError)
      throw new UserError(`the archive "${path}" cannot be used: ${error.message}`);
    throw error;
  }
}

/** Which environments of an archive cannot be used, and why. One line each; none: all can. */
export function archiveProblems({ environments, invalid }: Archive, nowMs: number): string[] {
  const malformed = environments.flatMap(({ representation }) => {
    const keys = acceptedKeys(representation, nowMs);
    return keys.kind === "malformed" ? [{ envId: representation.envId, reason: keys.reason }] : [];
  });
  return [...invalid, ...malformed].map(({ envId, reason }) => `environment ${envId}: ${reason}`);
}

/** What an archive holds, without any secret. */
export function archiveText(archive: Archive, nowMs: number): string {
  const rows = archive.environments.map((environment) => {
    const { id, project, name, sdkKeys, mobileKeys, flags, segments, version, dataId } = summaryOf(
      environment,
      nowMs,
    );
    const keys = [...sdkKeys, ...mobileKeys].map(({ key, expires }) =>
      expires === null ? key : `${key} until ${expires}`,
    );
    return [
      id,
      project || "-",
      name || "-",
      String(flags),
      String(segments),
      String(version),
      dataId.slice(0, 12),
      keys.join(", "),
    ];
  });
  const header = ["ID", "PROJECT", "ENVIRONMENT", "FLAGS", "SEGMENTS", "VERSION", "DATA", "KEYS"];
  const problems = archiveProblems(archive, nowMs).map((problem) => `unusable: ${problem}`);
  return [rows.length === 0 ? "no environments" : table(header, rows), ...problems].join("\n");
}

/** What an archive holds, for machines. */
export function archiveJson(archive: Archive, nowMs: number): string {
  const environments = archive.environments.map((environment) => summaryOf(environment, nowMs));
  return JSON.stringify({ environments, problems: archiveProblems(archive, nowMs) }, undefined, 2);
}

function summaryOf({ representation, dataId, data }: ArchivedEnvironment, nowMs: number) {
  const { envId, envKey, envName, projKey, projName, defaultTtl, secureMode, version } = representation;
  const keys = acceptedKeys(representation, nowMs);
  const shown = ({ key, expiresAt }: AdditionalKey<string>) => ({
    key: maskCredential(key),
    expires: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
  });
  const { sdkKey, mobileKey, additionalSdkKeys, additionalMobileKeys }: Partial<Credentials> =
    keys.kind === "accepted" ? keys.credentials : {};
  const all = (primary: string | undefined, others: readonly AdditionalKey<string>[] = []) =>
    [...(primary === undefined ? [] : [{ key: primary }]), ...others].map(shown);
  return {
    id: envId,
    project: projName || projKey || "",
    name: envName || envKey || "",
    version,
    dataId,
    flags: data.flags.size,
    segments: data.segments.size,
    ttlMinutes: defaultTtl ?? 0,
    secureMode: secureMode ?? false,
    sdkKeys: all(sdkKey, additionalSdkKeys),
    mobileKeys: all(mobileKey, additionalMobileKeys),
  };
}
