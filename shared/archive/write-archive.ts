import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type FlagData, ITEM_KINDS } from "../model/item.ts";
import { fileNames } from "./archive.ts";
import { archiveChecksum, CHECKSUM_FILE } from "./checksum.ts";
import { writeTar } from "./tar.ts";

/** An environment to be put into an archive. */
export interface EnvironmentToArchive {
  /** As LaunchDarkly writes it, in JSON; see `shared/environments/representation.ts`. */
  readonly env: { readonly envID: string; readonly [member: string]: unknown };
  readonly dataId: string;
  /** Deleted items are left out: an archive has no need of them. */
  readonly data: FlagData;
}

/**
 * Writes an archive in the format of LaunchDarkly's, compressed with gzip, readable by its owner alone. Who reads `path`
 * meanwhile gets the file that was there, or the new one, and never a part of it.
 */
export async function writeArchive(
  path: string,
  environments: readonly EnvironmentToArchive[],
  nowMs: number,
): Promise<void> {
  const files = environments.flatMap(({ env, dataId, data }) => {
    const names = fileNames(env.envID);
    return [
      { name: names.environment, content: Buffer.from(JSON.stringify({ env, dataId })) },
      { name: names.data, content: Buffer.from(flagDataText(data)) },
    ];
  });
  const checksum = await archiveChecksum(files.map(({ name, content }) => [name, content]));
  const tar = writeTar([...files, { name: CHECKSUM_FILE, content: checksum }], nowMs);
  const unfinished = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(unfinished, await promisify(gzip)(tar), { mode: 0o600, flush: true });
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** `{"flags": {...}, "segments": {...}}`, each item in its own text. */
export function flagDataText(data: FlagData): string {
  const kinds = ITEM_KINDS.map((kind) => {
    const items = [...data[kind]].filter(([, { deleted }]) => !deleted);
    return `${JSON.stringify(kind)}:{${items.map(([key, { raw }]) => `${JSON.stringify(key)}:${raw}`).join(",")}}`;
  });
  return `{${kinds.join(",")}}`;
}
