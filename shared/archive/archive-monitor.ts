import { stat } from "node:fs/promises";
import type { Clock } from "../base/clock.ts";
import { type Archive, readArchive } from "./archive.ts";
import { ArchiveError } from "./archive-error.ts";

/** What a look at the archive found. */
export type ArchiveLook =
  | { readonly kind: "unchanged" }
  | { readonly kind: "read"; readonly archive: Archive }
  /** It was changed and cannot be used, or is not there. */
  | { readonly kind: "refused" | "missing"; readonly reason: string };

/** An archive that cannot be used is read again, although it looks the same: its time may say too little. */
const AGAIN_MS = 10_000;

/** Looks whether an archive is another one than it was, and reads it then. */
export class ArchiveMonitor {
  readonly #path: string;
  readonly #clock: Clock;
  /** How the file looked that was read last, whether it could be used or not. */
  #looked: string | undefined;
  /** When to read a file again that could not be used. */
  #againAt = Number.POSITIVE_INFINITY;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** Never rejects for what is wrong with the archive. */
  async look(): Promise<ArchiveLook> {
    try {
      // Before it is read: what is changed meanwhile looks different the next time.
      const looks = await this.#appearance();
      if (looks === this.#looked && this.#clock.monotonic() < this.#againAt) return { kind: "unchanged" };
      this.#looked = looks;
      this.#againAt = Number.POSITIVE_INFINITY;
      return { kind: "read", archive: await readArchive(this.#path) };
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      this.#againAt = this.#clock.monotonic() + AGAIN_MS;
      return { kind: error.cause === MISSING ? "missing" : "refused", reason: error.message };
    }
  }

  /** A file that was replaced is another one, also if it has the size and the time of the one before. */
  async #appearance(): Promise<string> {
    try {
      const { dev, ino, size, mtimeNs } = await stat(this.#path, { bigint: true });
      return [dev, ino, size, mtimeNs].join(" ");
    } catch {
      this.#looked = undefined;
      throw new ArchiveError("there is no such file, or this user may not look at it", { cause: MISSING });
    }
  }
}

const MISSING = Symbol("missing");
