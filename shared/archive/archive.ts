import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { z } from "zod";
import { describeError } from "../base/errors.ts";
import { type EnvironmentRepresentation, readRepresentation } from "../environments/representation.ts";
import { readFlagData } from "../model/flag-data-text.ts";
import type { FlagData } from "../model/item.ts";
import { ArchiveError } from "./archive-error.ts";
import { type ArchiveFiles, readArchiveFiles } from "./archive-files.ts";
import { archiveChecksum, CHECKSUM_FILE } from "./checksum.ts";

/** An environment in an archive. */
export interface ArchivedEnvironment {
  readonly representation: EnvironmentRepresentation;
  /** Opaque: two versions of an environment with the same have the same data. */
  readonly dataId: string;
  readonly data: FlagData;
}

/** An environment in an archive that cannot be used; the others can. */
interface InvalidEnvironment {
  readonly envId: string;
  readonly reason: string;
}

/** What an offline archive holds: environments and their flags at the moment when it was made. */
export interface Archive {
  readonly environments: readonly ArchivedEnvironment[];
  readonly invalid: readonly InvalidEnvironment[];
}

const DATA_SUFFIX = "-data.json";
const ENVIRONMENT_SUFFIX = ".json";

/** The names of an environment's files in an archive. */
export function fileNames(envId: string): { readonly environment: string; readonly data: string } {
  return { environment: `${envId}${ENVIRONMENT_SUFFIX}`, data: `${envId}${DATA_SUFFIX}` };
}

/**
 * Reads an archive and checks it. Rejects with an {@link ArchiveError} if it cannot be used as a whole: unreadable, damaged,
 * incomplete, or another one than its checksum says.
 */
export async function readArchive(path: string): Promise<Archive> {
  const files = await readArchiveFiles(path);
  const envIds = [...files.keys()]
    .filter((name) => name.endsWith(ENVIRONMENT_SUFFIX) && !name.endsWith(DATA_SUFFIX))
    .map((name) => name.slice(0, -ENVIRONMENT_SUFFIX.length));
  await check(files, envIds);
  const environments: ArchivedEnvironment[] = [];
  const invalid: InvalidEnvironment[] = [];
  for (const envId of envIds.sort()) {
    // Flags of one environment can take some milliseconds.
    await nextTurn();
    try {
      environments.push(readEnvironment(envId, files));
    } catch (error) {
      invalid.push({ envId, reason: reasonOf(error) });
    }
  }
  return { environments, invalid };
}

async function check(files: ArchiveFiles, envIds: readonly string[]): Promise<void> {
  const expected = files.get(CHECKSUM_FILE);
  if (expected === undefined)
    throw new ArchiveError(`it has no ${CHECKSUM_FILE}: it is half-written, or no archive of LaunchDarkly's`);
  if (expected.byteLength !== 16)
    throw new ArchiveError(`its ${CHECKSUM_FILE} has ${expected.byteLength} bytes, and not the 16 of an MD5`);
  const checked = envIds.flatMap((envId) => {
    const { environment, data } = fileNames(envId);
    if (!files.has(data)) throw new ArchiveError(`it has ${environment} and no ${data}`);
    return [environment, data].map((name) => [name, files.get(name) ?? Buffer.alloc(0)] as const);
  });
  if (!expected.equals(await archiveChecksum(checked)))
    throw new ArchiveError(
      `its files are not those of its ${CHECKSUM_FILE}: it is half-written, or was changed`,
    );
}

const environmentFile = z.object({ env: z.unknown(), dataId: z.string().nullish() });

function readEnvironment(envId: string, files: ArchiveFiles): ArchivedEnvironment {
  const names = fileNames(envId);
  const { env, dataId } = environmentFile.parse(JSON.parse(textOf(files, names.environment)));
  const representation = readRepresentation(env);
  if (representation.envId !== envId)
    throw new TypeError(`${names.environment} describes the environment ${representation.envId}`);
  const text = textOf(files, names.data);
  const data = readFlagData(JSON.parse(text), text);
  return { representation, dataId: dataId || hashOf(text), data };
}

function textOf(files: ArchiveFiles, name: string): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(files.get(name));
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Without what the file says: an excerpt of it, in an error of `JSON.parse`, could show a key. */
function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return "its files are not valid JSON";
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    return `${["its", ...(issue?.path ?? [])].join(" ")} is not as it should be: ${issue?.message ?? ""}`;
  }
  return describeError(error);
}
