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
  /** How much of `#bytes` has been looked at, and what of that is no whole chunk yet. */
  #taken = 0;
  #rest: Buffer = Buffer.alloc(0);
  #headIsOver = false;
  #body = "";
  readonly #events: StreamEvent[] = [];
  #eventsEnd = 0;

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
    this.#readChunks();
    return this.#body;
  }

  /** The events so far. */
  events(): readonly StreamEvent[] {
    this.#readChunks();
    let end = 0;
    for (const match of this.#body.slice(this.#eventsEnd).matchAll(/event: (\w+)\ndata: (.*)\n\n/g)) {
      const [all, event = "", data = ""] = match;
      this.#events.push({ event, data });
      end = match.index + all.length;
    }
    this.#eventsEnd += end;
    return [...this.#events];
  }

  async untilEvents(count: number): Promise<void> {
    await until(`${count} events`, () => this.events().length >= count);
  }

  /** Only what is new: tests ask again and again, also of megabytes. */
  #readChunks(): void {
    if (this.#taken === this.#bytes.length) return;
    const all = Buffer.concat([this.#rest, ...this.#bytes.slice(this.#taken)]);
    this.#taken = this.#bytes.length;
    let at = 0;
    if (!this.#headIsOver) {
      const headEnd = all.indexOf("\r\n\r\n");
      this.#headIsOver = headEnd >= 0;
      at = this.#headIsOver ? headEnd + 4 : all.length;
    }
    while (at < all.length) {
      const lineEnd = all.indexOf("\r\n", at);
      if (lineEnd === -1) break;
      const size = Number.parseInt(all.toString("latin1", at, lineEnd), 16);
      const end = lineEnd + 2 + size;
      if (Number.isNaN(size)) throw new Error(`no chunk at byte ${at}`);
      if (end + 2 > all.length) break;
      if (all.toString("latin1", end, end + 2) !== "\r\n") throw new Error(`chunk not ended at byte ${end}`);
      this.#body += all.toString("utf8", lineEnd + 2, end);
      at = end + 2;
    }
    this.#rest = this.#headIsOver ? all.subarray(at) : all;
  }
}
