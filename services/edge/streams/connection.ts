import type { Socket } from "node:net";
import { Head } from "../http/response/head.ts";
import type { ResponseWriter } from "../http/response/response-writer.ts";
import type { StreamingBody } from "../http/response/streaming-body.ts";
import type { Frame } from "./frame.ts";
import type { Reader } from "./slow-clients.ts";

/** What the head of a stream says besides what all of them say. */
export type StreamHeaders = Readonly<Record<string, string>>;

/** Who is told what happens to a connection. */
export interface ConnectionOwner<Note> {
  /** It had stopped taking frames, and takes them again. */
  drained(connection: Connection<Note>): void;
  /** It is over, whoever ended it. Called once. */
  closed(connection: Connection<Note>): void;
}

/** The head of every stream, as the Go relay sends it (R2.2). */
const HEAD: Readonly<Record<string, string>> = {
  "Content-Type": "text/event-stream; charset=utf-8",
  "Cache-Control": "no-cache, no-store, must-revalidate",
  "Access-Control-Allow-Origin": "*",
  "X-Accel-Buffering": "no",
};

const OWN_NAMES: ReadonlyMap<string, string> = new Map(
  Object.keys(HEAD).map((name) => [name.toLowerCase(), name]),
);

/**
 * One client of a stream. Frames go straight to the socket. There may be tens of thousands of these, so it has no
 * timer and no function of its own as long as the client keeps up.
 */
export class Connection<Note = unknown> implements Reader {
  /** What its hub has to remember of it. */
  readonly note: Note;
  /** The number of what the client was told last; kept by its hub. */
  version = 0;
  /** Where it is in the timer wheels; kept by `Upkeep`. */
  heartbeatTick = 0;
  ageTick = 0;
  readonly #body: StreamingBody;
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner<Note>;
  #awaitsDrain = false;

  /**
   * Answers a request with the head of a stream, at once; `headers` go before those of every stream. `undefined`: there
   * will be no stream (see {@link ResponseWriter.stream}).
   */
  static open<Note>(
    response: ResponseWriter,
    headers: StreamHeaders,
    owner: ConnectionOwner<Note>,
    note: Note,
  ): Connection<Note> | undefined {
    const body = response.stream(streamHead(headers));
    return body && new Connection(body, owner, note);
  }

  private constructor(body: StreamingBody, owner: ConnectionOwner<Note>, note: Note) {
    this.#body = body;
    this.#socket = body.socket;
    this.#owner = owner;
    this.note = note;
    body.owner = this;
  }

  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  get takenBytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  /** Whether so much is unsent that frames must not be added; its owner is told when that is over. */
  get full(): boolean {
    return this.#socket.writableLength >= this.#socket.writableHighWaterMark;
  }

  /** Writes a frame; nothing happens when the stream has ended or the client is gone. */
  send(frame: Frame): void {
    if (this.#body.ended || this.#socket.destroyed) return;
    this.#socket.write(this.#body.chunked ? frame.chunked : frame.plain);
    if (this.#awaitsDrain || !this.full) return;
    this.#awaitsDrain = true;
    this.#socket.once("drain", () => {
      this.#awaitsDrain = false;
      this.#owner.drained(this);
    });
  }

  /** Ends the stream as HTTP wants it, after what was sent before, and then the TCP connection. */
  end(): void {
    if (this.#body.ended) return;
    this.#body.end();
    this.#socket.destroySoon();
  }

  /** Cuts the connection with a reset, so that the kernel, too, drops what a stuck client has not read. */
  cut(): void {
    // Once all is sent the end may be under way, and libuv refuses to reset a socket then (EINVAL).
    if (this.unsentBytes > 0) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  /** It is over: by the end, a cut, or the client. */
  closed(): void {
    this.#owner.closed(this);
  }
}

/** Names of headers mean the same in any case, but both spellings would be sent. */
function streamHead(headers: StreamHeaders): Head {
  const head: Record<string, string> = { ...HEAD };
  for (const [name, value] of Object.entries(headers))
    head[OWN_NAMES.get(name.toLowerCase()) ?? name] = value;
  return new Head(head);
}
