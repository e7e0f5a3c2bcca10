import { ArchiveError } from "./archive-error.ts";

/** Takes bytes from a stream in the amounts in which a format is written. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next `size` bytes; `undefined` at the end of the stream. Rejects with an {@link ArchiveError} in between. */
  async take(size: number, what: string): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    let missing = size;
    while (missing > 0) {
      const part = await this.#some(missing);
      if (part === undefined) {
        if (missing === size) return undefined;
        throw endsWithin(what);
      }
      parts.push(part);
      missing -= part.byteLength;
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts, size);
  }

  /** Passes over `size` bytes without keeping them. Rejects with an {@link ArchiveError} if there are fewer. */
  async skip(size: number, what: string): Promise<void> {
    for (let missing = size; missing > 0; ) {
      const part = await this.#some(missing);
      if (part === undefined) throw endsWithin(what);
      missing -= part.byteLength;
    }
  }

  /** Passes over what is left, but no more than about `maxBytes` of it. */
  async drain(maxBytes: number): Promise<void> {
    for (let left = maxBytes; left > 0; ) {
      const part = await this.#some(left);
      if (part === undefined) return;
      left -= part.byteLength;
    }
  }

  /** Ends the stream, wherever it is. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** At most `size` of the bytes that come next; `undefined` at the end of the stream. */
  async #some(size: number): Promise<Buffer | undefined> {
    while (this.#rest.byteLength === 0) {
      const next = await this.#chunks.next();
      if (next.done) return undefined;
      this.#rest = next.value;
    }
    const part = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(size);
    return part;
  }
}

export function endsWithin(what: string): ArchiveError {
  return new ArchiveError(`it is half-written or damaged: it ends within ${what}`);
}
