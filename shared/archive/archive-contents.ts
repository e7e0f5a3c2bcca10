import { describedEnvironment } from "../environments/described-environment.ts";
import type { Environment } from "../model/environment.ts";
import type { EnvironmentDefaults } from "../model/environment-defaults.ts";
import type { FlagData } from "../model/item.ts";
import type { Archive, ArchivedEnvironment } from "./archive.ts";

/** An environment as it is served from an archive. */
interface ServedEnvironment {
  readonly environment: Environment;
  /** Of its description, and of its flags: as long as both are the same, so is everything. */
  readonly version: number;
  readonly dataId: string;
  readonly data: FlagData;
  readonly keysWithViews: readonly string[];
}

/** Environments by their ids. */
export type ServedEnvironments = ReadonlyMap<string, ServedEnvironment>;

/** What is served once an archive was read, and what could not be taken from it. */
export interface ArchiveContents {
  readonly served: ServedEnvironments;
  /** Environments that are left as they were, or left out if they were not there before. */
  readonly skipped: readonly { readonly envId: string; readonly reason: string }[];
}

/**
 * What an archive makes of what is served so far. An environment with the version and the data id that it had is the same. With
 * another data id its flags are others; with another version alone, only its keys and settings. One that is not in the archive
 * is gone.
 */
export function archiveContents(
  before: ServedEnvironments,
  { environments, invalid }: Archive,
  settings: EnvironmentDefaults,
  nowMs: number,
): ArchiveContents {
  const served = new Map<string, ServedEnvironment>();
  const skipped = [...invalid];
  const keep = (envId: string): void => {
    const known = before.get(envId);
    if (known !== undefined) served.set(envId, known);
  };
  for (const { envId } of invalid) keep(envId);
  for (const archived of environments) {
    const { envId } = archived.representation;
    const next = servedAfter(before.get(envId), archived, settings, nowMs);
    if (typeof next !== "string") served.set(envId, next);
    else {
      skipped.push({ envId, reason: next });
      keep(envId);
    }
  }
  return { served, skipped };
}

/** The environment from now on, or why what the archive says of it cannot be used. */
function servedAfter(
  known: ServedEnvironment | undefined,
  { representation, dataId, data }: ArchivedEnvironment,
  settings: EnvironmentDefaults,
  nowMs: number,
): ServedEnvironment | string {
  const { version } = representation;
  const hasSameData = known?.dataId === dataId;
  if (known !== undefined && hasSameData && known.version === version) return known;
  const described = describedEnvironment(representation, settings, nowMs);
  if (described.kind === "malformed") return described.reason;
  const { environment, keysWithViews } = described;
  return { environment, version, dataId, data: hasSameData ? known.data : data, keysWithViews };
}
