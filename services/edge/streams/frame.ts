const LINE_END = "\r\n";

/**
 * A piece of a stream as bytes, made once and written by all connections. One buffer holds both forms: the data,
 * and around them the chunk of HTTP/1.1's chunked coding (RFC 9112, section 7.1), which HTTP/1.0 does not know.
 */
export class Frame {
  /** For a response in chunked coding. */
  readonly chunked: Buffer;
  /** For a response that ends with its connection. */
  readonly plain: Buffer;

  constructor(content: string | Uint8Array) {
    const size = typeof content === "string" ? Buffer.byteLength(content) : content.length;
    const head = size.toString(16) + LINE_END;
    this.chunked = Buffer.allocUnsafe(head.length + size + LINE_END.length);
    this.chunked.write(head, "latin1");
    if (typeof content === "string") this.chunked.write(content, head.length, "utf8");
    else this.chunked.set(content, head.length);
    this.chunked.write(LINE_END, head.length + size, "latin1");
    this.plain = this.chunked.subarray(head.length, head.length + size);
  }
}

/** An empty comment, without a blank line after it, as the Go relay sends it (R2.3). */
export const HEARTBEAT = new Frame(":\n");
