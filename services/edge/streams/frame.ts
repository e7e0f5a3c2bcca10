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

  constructor(text: string) {
    const size = Buffer.byteLength(text);
    const head = size.toString(16) + LINE_END;
    this.chunked = Buffer.allocUnsafe(head.length + size + LINE_END.length);
    this.chunked.write(head, "latin1");
    this.chunked.write(text, head.length, "utf8");
    this.chunked.write(LINE_END, head.length + size, "latin1");
    this.plain = this.chunked.subarray(head.length, head.length + size);
  }
}

/** An empty comment, without a blank line after it, as the Go relay sends it (ld-relay, section 2.3). */
export const HEARTBEAT = new Frame(":\n");
