/** An offline archive that cannot be used as a whole. The message says why, without naming the archive or any secret. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError";
}
