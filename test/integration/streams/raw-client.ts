import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { until } from "./until.ts";

/** An event as SDKs understand it. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/** An HTTP client that shows the very bytes that came. */
export class RawClient {
  readonly socket: Socket;
  ended = false;
  closed = false;
  #bytes: Buffer[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes) => this.#bytes.push(bytes));
    socket.on("end", () => {
      this.ended = true;
    });
    socket.on("close", () => {
      this.closed = true;
    });
    // A reset is one of the ways a stream may end; tests look at `closed` and `ended`.
    socket.on("error", () => undefined);
  }

  static async connect(port: number, head: string): Promise<RawClient> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const client = new RawClient(socket);
    client.send(head);
    return client;
  }

  send(head: string): void {
    this.socket.write(head.includes("\r\n") ? head : `${head}\r\nHost: relay\r\n\r\n`);
  }

  abort(): void {
    this.socket.destroy();
  }

  /** All that came, with today's date taken out. */
  text(): string {
    return Buffer.concat(this.#bytes)
      .toString()
      .replace(/Date: [^\r]*\r\n/g, "");
  }

  /** What came after the head, out of its chunks; whole chunks only. Throws when they are not well-formed. */
  body(): string {
    const all = Buffer.concat(this.#bytes);
    const parts: Buffer[] = [];
    let at = all.indexOf("\r\n\r\n") + 4;
    while (at >= 4 && at < all.length) {
      const lineEnd = all.indexOf("\r\n", at);
      if (lineEnd === -1) break;
      const size = Number.parseInt(all.toString("latin1", at, lineEnd), 16);
      const end = lineEnd + 2 + size;
      if (Number.isNaN(size)) throw new Error(`no chunk at byte ${at}`);
      if (end + 2 > all.length) break;
      if (all.toString("latin1", end, end + 2) !== "\r\n") throw new Error(`chunk not ended at byte ${end}`);
      parts.push(all.subarray(lineEnd + 2, end));
      at = end + 2;
    }
    return Buffer.concat(parts).toString();
  }

  /** The events so far. */
  events(): StreamEvent[] {
    return [...this.body().matchAll(/event: (\w+)\ndata: (.*)\n\n/g)].map(([, event = "", data = ""]) => ({
      event,
      data,
    }));
  }

  async untilEvents(count: number): Promise<void> {
    await until(`${count} events`, () => this.events().length >= count);
  }
}
