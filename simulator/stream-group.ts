import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { StreamKind } from "./frames.ts";

/** A stream that some client opened once. Times are milliseconds since the epoch. */
export interface StreamRecord {
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly openedAt: number;
  /** `undefined` while it is open. */
  readonly closedAt: number | undefined;
}

interface OpenStream {
  readonly kind: StreamKind;
  readonly response: ServerResponse;
  silenced: boolean;
}

const COMMENT = Buffer.from(":\n");

/** The streams of one environment: those open now, and the memory of all that ever were. */
export class StreamGroup {
  readonly #open = new Set<OpenStream>();
  readonly #history: StreamRecord[] = [];
  #mostAtOnce = 0;

  /** How many streams are open. */
  get count(): number {
    return this.#open.size;
  }

  /** The most that were ever open at the same moment. */
  get mostAtOnce(): number {
    return this.#mostAtOnce;
  }

  /** Every stream since the start, in the order in which they opened. */
  get history(): readonly StreamRecord[] {
    return this.#history;
  }

  /** Takes over a response whose head is written; `first` are the bytes that the stream begins with. */
  add(kind: StreamKind, response: ServerResponse, first: Buffer): void {
    const { url = "", headers } = response.req;
    const record = { path: url, headers, openedAt: Date.now(), closedAt: undefined as number | undefined };
    const stream = { kind, response, silenced: false };
    this.#history.push(record);
    this.#open.add(stream);
    this.#mostAtOnce = Math.max(this.#mostAtOnce, this.#open.size);
    response.once("close", () => {
      record.closedAt = Date.now();
      this.#open.delete(stream);
    });
    response.write(first);
  }

  /** Writes to every stream what `bytesFor` its kind gives; nothing to silenced ones. */
  broadcast(bytesFor: (kind: StreamKind) => Buffer | undefined): void {
    const bytes = { all: bytesFor("all"), flags: bytesFor("flags") };
    for (const { kind, response, silenced } of this.#open) {
      const mine = bytes[kind];
      if (mine !== undefined && !silenced) response.write(mine);
    }
  }

  /** Sends one heartbeat to every stream. */
  beat(): void {
    this.broadcast(() => COMMENT);
  }

  /** Writes any bytes into every open stream: half a frame, broken JSON, noise. */
  send(bytes: string | Buffer): void {
    const buffer = Buffer.from(bytes);
    this.broadcast(() => buffer);
  }

  /** Lets the streams open now fall silent for good, without closing them, as when a cable is pulled. */
  silence(): void {
    for (const stream of this.#open) stream.silenced = true;
  }

  /** Ends every open stream politely. */
  end(): void {
    for (const { response } of this.#open) response.end();
  }

  /** Breaks every open stream off. */
  cut(): void {
    for (const { response } of this.#open) response.destroy();
  }
}
