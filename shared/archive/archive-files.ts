import { open, stat } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { describeError } from "../base/errors.ts";
import { ArchiveError } from "./archive-error.ts";
import { CHECKSUM_FILE } from "./checksum.ts";
import { readTar } from "./tar.ts";

/** The original takes no file in an archive of this size or more, so none that it would take is refused here. */
const MAX_FILE_BYTES = 200 * 1024 * 1024;
/** Everything that is kept of an archive: several times what the largest accounts have. */
const MAX_TOTAL_BYTES = 1024 * 1024 * 1024;
/** Also those that are passed over: no archive of LaunchDarkly's has nearly so many. */
const MAX_FILES = 100_000;

/** The files of an archive that its format knows, by their names. */
export type ArchiveFiles = ReadonlyMap<string, Buffer>;

/**
 * Reads the files of an archive, compressed with gzip or not. It is never unpacked to a disk. Rejects with an
 * {@link ArchiveError} if it cannot be read, ends too soon, is too large or has names that point outside of it.
 */
export async function readArchiveFiles(path: string): Promise<ArchiveFiles> {
  const files = new Map<string, Buffer>();
  try {
    for await (const { name, content } of readTar(bytesOf(path), sizeLimits()))
      files.set(flatName(name), content);
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    throw new ArchiveError(reasonOf(error), { cause: error });
  }
  return files;
}

/** Judges one file after the other by what its head says, so that a bomb is refused before it is unpacked. */
function sizeLimits(): (file: { readonly name: string; readonly size: number }) => boolean {
  let count = 0;
  let total = 0;
  return ({ name, size }) => {
    if (isUnsafe(name)) throw new ArchiveError(`the name ${JSON.stringify(name)} in it points outside of it`);
    if (size >= MAX_FILE_BYTES)
      throw new ArchiveError(`${name} in it has ${size} bytes: files must be smaller than ${MAX_FILE_BYTES}`);
    count += 1;
    if (count > MAX_FILES) throw new ArchiveError(`it has more than ${MAX_FILES} files`);
    const wanted = isKnown(flatName(name));
    if (wanted) total += size;
    if (total > MAX_TOTAL_BYTES)
      throw new ArchiveError(`its files have more than ${MAX_TOTAL_BYTES} bytes together`);
    return wanted;
  };
}

/** `tar` writes `./NAME` where it is told to pack a folder. */
function flatName(name: string): string {
  return name.replace(/^(?:\.\/+)+/, "");
}

function isUnsafe(name: string): boolean {
  return /^[/\\]|^[a-z]:/i.test(name) || name.split(/[/\\]/).includes("..");
}

/** What lies in folders is none of the format's, and what begins with a dot is some system's own. */
function isKnown(name: string): boolean {
  if (name.startsWith(".") || /[/\\]/.test(name)) return false;
  return name === CHECKSUM_FILE || name.endsWith(".json");
}

async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  // A pipe, once opened, may never say anything.
  if (!(await stat(path)).isFile()) throw new ArchiveError("it is no file");
  await using file = await open(path);
  const { buffer: magic } = await file.read(Buffer.alloc(2), 0, 2, 0);
  const plain = file.createReadStream({ start: 0, autoClose: false });
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) {
    yield* plain as AsyncIterable<Buffer>;
    return;
  }
  const inflated = createGunzip();
  pipeline(plain, inflated, () => {
    // Whoever iterates over the last stream meets the errors of all.
  });
  yield* inflated as AsyncIterable<Buffer>;
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES") return "permission denied";
  if (code?.startsWith("Z_")) return `it is half-written or damaged: ${describeError(error)}`;
  return `it cannot be read: ${describeError(error)}`;
}
