import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";

/** 16 raw bytes, not hexadecimal digits. */
export const CHECKSUM_FILE = "checksum.md5";

/** Some milliseconds of hashing. */
const SLICE_BYTES = 4 * 1024 * 1024;

/**
 * The checksum of an archive with these environments' files: MD5 over their contents, in the order of their names as
 * bytes, so that `X-data.json` comes before `X.json`. Leaves the event loop free between slices.
 */
export async function archiveChecksum(
  files: Iterable<readonly [name: string, content: Buffer]>,
): Promise<Buffer> {
  const hash = createHash("md5");
  const inOrder = [...files].sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  for (const [, content] of inOrder) {
    for (let at = 0; at < content.byteLength; at += SLICE_BYTES) {
      hash.update(content.subarray(at, at + SLICE_BYTES));
      if (at > 0) await nextTurn();
    }
  }
  return hash.digest();
}
