import { ArchiveError } from "./archive-error.ts";

/** Tar consists of blocks of this many bytes: a header, then the content, filled up with zeros (POSIX.1, ustar). */
export const BLOCK_BYTES = 512;

/** Where a header has its fields: offset and length. */
const NAME = [0, 100] as const;
const MODE = [100, 8] as const;
const OWNER_AND_GROUP = [
  [108, 8],
  [116, 8],
] as const;
const SIZE = [124, 12] as const;
const MODIFIED = [136, 12] as const;
const CHECKSUM = [148, 8] as const;
const TYPE = 156;
const MAGIC = [257, 6] as const;
const PREFIX = [345, 155] as const;
const BLANK = 0x20;

type Field = readonly [offset: number, length: number];

/** What the next blocks are. */
export interface TarHeader {
  readonly name: string;
  /** Of the content, in bytes. */
  readonly size: number;
  /** One letter: `0` is a file, `x` says more about the next entry, `5` is a folder. */
  readonly type: string;
}

/** Reads a header; `undefined` for a block of zeros, which ends an archive. Throws an {@link ArchiveError} for anything else. */
export function readTarHeader(block: Buffer): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (number(block, CHECKSUM) !== checksumOf(block))
    throw new ArchiveError("it is neither a tar file nor one compressed with gzip, or it is damaged");
  const size = number(block, SIZE);
  if (size === undefined) throw new ArchiveError("it is damaged: a file in it has no size");
  const prefix = text(block, MAGIC).startsWith("ustar") ? text(block, PREFIX) : "";
  const type = block.readUInt8(TYPE);
  return {
    name: prefix === "" ? text(block, NAME) : `${prefix}/${text(block, NAME)}`,
    size,
    type: type === 0 ? "0" : String.fromCharCode(type),
  };
}

/** The header of a file that only its owner may read. `name` is short and has only ASCII characters. */
export function tarHeader(name: string, size: number, modifiedMs: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const write = ([offset, length]: Field, value: string): void =>
    void block.write(value, offset, length, "latin1");
  const octal = (field: Field, value: number): void =>
    write(field, `${value.toString(8).padStart(field[1] - 1, "0")}\0`);
  write(NAME, name);
  octal(MODE, 0o600);
  for (const field of OWNER_AND_GROUP) octal(field, 0);
  octal(SIZE, size);
  octal(MODIFIED, Math.floor(modifiedMs / 1000));
  block.write("0", TYPE, "latin1");
  block.write("ustar\x0000", MAGIC[0], "latin1");
  write(CHECKSUM, `${checksumOf(block).toString(8).padStart(6, "0")}\0 `);
  return block;
}

/** The sum of all bytes, those of the checksum itself counted as blanks. */
function checksumOf(block: Buffer): number {
  const [offset, length] = CHECKSUM;
  return block.reduce((sum, byte, at) => sum + (at >= offset && at < offset + length ? BLANK : byte), 0);
}

function text(block: Buffer, [offset, length]: Field): string {
  const field = block.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end === -1 ? length : end);
}

/** Octal digits, or, as GNU tar writes large numbers, binary behind a first byte of 0x80. */
function number(block: Buffer, [offset, length]: Field): number | undefined {
  if (block.readUInt8(offset) === 0x80) {
    const value = block.readBigUInt64BE(offset + length - 8);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
  }
  const [digits] = /^[0-7]+$/.exec(text(block, [offset, length]).trim()) ?? [];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}
