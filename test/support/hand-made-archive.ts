import { createHash } from "node:crypto";
import { flag } from "../../simulator/content.ts";

/** An entry of a tar file, byte by byte as the test wants it. */
export interface TarEntry {
  readonly name: string;
  readonly content?: string | Buffer;
  /** `0` is a file, `2` a symbolic link. */
  readonly type?: string;
  /** What the header says, where that is not the truth. */
  readonly size?: number;
  readonly linkName?: string;
}

/** A tar file of these entries, written apart from the product's writer. */
export function tarOf(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.map(entryOf), Buffer.alloc(1024)]);
}

function entryOf({ name, content = "", type = "0", size, linkName = "" }: TarEntry): Buffer {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write("0000644\0", 100);
  header.write(`${(size ?? bytes.length).toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write(type, 156);
  header.write(linkName, 157);
  header.write("ustar\x0000", 257);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** An environment in an archive of LaunchDarkly's, with one flag; `env` and the rest replace what it would say. */
export interface HandMadeEnvironment {
  readonly envId: string;
  readonly env?: object;
  readonly dataId?: string;
  /** The text of the file with the flags. */
  readonly data?: string;
  /** Version of the one flag. */
  readonly flagVersion?: number;
}

/** What LaunchDarkly says of an environment. */
export function envOf(envId: string, more: object = {}): object {
  return {
    envID: envId,
    envKey: "production",
    envName: "Production",
    projKey: "shop",
    projName: "Shop",
    mobKey: `mob-${envId}`,
    sdkKey: { value: `sdk-${envId}` },
    defaultTtl: 0,
    secureMode: false,
    version: 1,
    ...more,
  };
}

/** The files of these environments, without the checksum. */
export function filesOf(environments: readonly HandMadeEnvironment[]): TarEntry[] {
  return environments.flatMap(({ envId, env = envOf(envId), dataId = "data-1", data, flagVersion = 1 }) => [
    { name: `${envId}.json`, content: JSON.stringify({ env, dataId }) },
    {
      name: `${envId}-data.json`,
      content: data ?? `{"flags":{"f":${flag("f", { version: flagVersion }).raw}},"segments":{}}`,
    },
  ]);
}

/** The entry with the right checksum of these files. */
export function checksumOf(files: readonly TarEntry[]): TarEntry {
  const inOrder = files.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const hash = createHash("md5");
  for (const { content = "" } of inOrder) hash.update(content);
  return { name: "checksum.md5", content: hash.digest() };
}

/** A whole archive, uncompressed. */
export function archiveOf(...environments: HandMadeEnvironment[]): Buffer {
  const files = filesOf(environments);
  return tarOf([...files, checksumOf(files)]);
}
