import { ArchiveError } from "./archive-error.ts";
import { ByteReader, endsWithin } from "./byte-reader.ts";
import { BLOCK_BYTES, readTarHeader, type TarHeader, tarHeader } from "./tar-header.ts";

/** A file in a tar file. */
export interface TarFile {
  readonly name: string;
  readonly content: Buffer;
}

/** Says of a file whether to read its content. May throw an {@link ArchiveError}, which refuses the whole archive. */
export type Wanted = (file: Pick<TarHeader, "name" | "size">) => boolean;

/** What says more about the next entry is small; a name that is longer belongs to nothing that we read. */
const MAX_EXTENSION_BYTES = 64 * 1024;

/** Tar programs fill their files up to some KiB; whoever adds more hides something. */
const MAX_PADDING_BYTES = 1024 * 1024;

/**
 * The wanted regular files of a tar file, in their order; everything else in it is passed over. Nothing is read of a file
 * before `wanted` has seen its size. Rejects with an {@link ArchiveError} if the bytes are no tar file or end too soon.
 */
export async function* readTar(bytes: AsyncIterable<Buffer>, wanted: Wanted): AsyncGenerator<TarFile> {
  const reader = new ByteReader(bytes);
  try {
    let longName: string | undefined;
    for (;;) {
      const block = await reader.take(BLOCK_BYTES, "the head of a file");
      const header = block && readTarHeader(block);
      if (header === undefined) {
        // More zeros follow, and behind them gzip says whether it is complete.
        await reader.drain(MAX_PADDING_BYTES);
        return;
      }
      const extension = EXTENSIONS.get(header.type);
      if (extension !== undefined) {
        longName = extension(await extensionContent(reader, header)) ?? longName;
        continue;
      }
      const name = longName ?? header.name;
      longName = undefined;
      // Only regular files have content: the size of a link or a folder is none.
      if (!REGULAR.has(header.type))
        await reader.skip(HAS_NO_CONTENT.has(header.type) ? 0 : padded(header.size), name);
      else if (!wanted({ name, size: header.size })) await reader.skip(padded(header.size), name);
      else yield { name, content: await contentOf(reader, header.size, name) };
    }
  } finally {
    await reader.close();
  }
}

/** A tar file with these files in their order, complete with its end. Their names are short and have only ASCII characters. */
export function writeTar(files: readonly TarFile[], modifiedMs: number): Buffer {
  const blocks = files.flatMap(({ name, content }) => [
    tarHeader(name, content.byteLength, modifiedMs),
    content,
    Buffer.alloc(padded(content.byteLength) - content.byteLength),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

/** `7` is a file that should lie in one piece on a disk: POSIX says to treat it as any other. */
const REGULAR: ReadonlySet<string> = new Set(["0", "7"]);
/** Links, devices, folders and pipes. */
const HAS_NO_CONTENT: ReadonlySet<string> = new Set(["1", "2", "3", "4", "5", "6"]);

/** Entries that say more about the next one: what they say of its name. */
const EXTENSIONS: ReadonlyMap<string, (content: string) => string | undefined> = new Map([
  ["L", (content) => content.replace(/\0.*$/s, "")],
  ["x", paxPath],
  ["g", () => undefined],
  ["K", () => undefined],
]);

/** Of `LENGTH KEY=VALUE` lines the last path (POSIX.1, pax). */
function paxPath(content: string): string | undefined {
  return [...content.matchAll(/^\d+ path=(.*)$/gm)].at(-1)?.[1];
}

async function extensionContent(reader: ByteReader, { size }: TarHeader): Promise<string> {
  if (size > MAX_EXTENSION_BYTES)
    throw new ArchiveError("it is damaged: the name of a file in it is too long");
  return (await contentOf(reader, size, "the head of a file")).toString("utf8");
}

async function contentOf(reader: ByteReader, size: number, name: string): Promise<Buffer> {
  const blocks = size === 0 ? Buffer.alloc(0) : await reader.take(padded(size), name);
  if (blocks === undefined) throw endsWithin(name);
  return blocks.subarray(0, size);
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
}
