import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Frame } from "./frame.ts";
import type { Reader } from "./laggards.ts";

/** Who is told what happens to a connection. */
export interface ConnectionOwner<Note> {
  /** It had stopped taking frames, and takes them again. */
  drained(connection: Connection<Note>): void;
  /** It is over, whoever ended it. Called once. */
  closed(connection: Connection<Note>): void;
}

/** The head of every stream, as the Go relay sends it (ld-relay, section 2.2). */
const HEAD: Readonly<Record<string, string>> = {
  "Content-Type": "text/event-stream; charset=utf-8",
  "Cache-Control": "no-cache, no-store, must-revalidate",
  "Access-Control-Allow-Origin": "*",
  "X-Accel-Buffering": "no",
};

const OWN_NAMES: ReadonlyMap<string, string> = new Map(
  Object.keys(HEAD).map((name) => [name.toLowerCase(), name]),
);

const CONNECTION = Symbol("connection");
type StreamResponse = ServerResponse & { [CONNECTION]?: { closed(): void } };

/**
 * One client of a stream. Frames go straight to the socket, past Node's response, which only frames the head and
 * the end: that saves a quarter of the time of a broadcast. There may be tens of thousands of these, so it has no
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
  readonly #outgoing: ServerResponse;
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner<Note>;
  #awaitsDrain = false;

  /**
   * Answers a request with the head of a stream, at once; `headers` go before those of every stream. Returns
   * `undefined` when there will be no stream: the client is gone, has asked for the head only, or has other answers to
   * wait for on the same connection.
   */
  static open<Note>(
    outgoing: ServerResponse,
    headers: OutgoingHttpHeaders,
    owner: ConnectionOwner<Note>,
    note: Note,
  ): Connection<Note> | undefined {
    const { socket } = outgoing;
    if (outgoing.destroyed || socket?.destroyed) return undefined;
    if (socket === null) {
      outgoing.writeHead(503).end();
      return undefined;
    }
    const persistence = outgoing.req.httpVersion === "1.0" ? "close" : "keep-alive";
    outgoing.writeHead(200, streamHead(persistence, headers));
    if (outgoing.req.method === "HEAD") {
      outgoing.end();
      return undefined;
    }
    outgoing.flushHeaders();
    forgetHead(outgoing.req);
    return new Connection(outgoing, socket, owner, note);
  }

  private constructor(outgoing: StreamResponse, socket: Socket, owner: ConnectionOwner<Note>, note: Note) {
    this.#outgoing = outgoing;
    this.#socket = socket;
    this.#owner = owner;
    this.note = note;
    outgoing[CONNECTION] = this;
    outgoing.on("close", reportClosed);
    setImmediate(forgetRequest, outgoing);
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
    if (this.#outgoing.writableEnded || this.#socket.destroyed) return;
    this.#socket.write(this.#outgoing.chunkedEncoding ? frame.chunked : frame.plain);
    if (this.#awaitsDrain || !this.full) return;
    this.#awaitsDrain = true;
    this.#socket.once("drain", () => {
      this.#awaitsDrain = false;
      this.#owner.drained(this);
    });
  }

  /** Ends the stream as HTTP wants it, after what was sent before, and then the TCP connection. */
  end(): void {
    if (this.#outgoing.writableEnded) return;
    this.#outgoing.end();
    this.#socket.destroySoon();
  }

  /** Cuts the connection with a reset, so that the kernel, too, drops what a stuck client has not read. */
  cut(): void {
    // Once all is sent the end may be under way, and libuv refuses to reset a socket then (EINVAL).
    if (this.unsentBytes > 0) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  /** Its response was closed: by the end, a cut, or the client. */
  closed(): void {
    this.#owner.closed(this);
  }
}

/** Names of headers mean the same in any case, but Node would send both spellings. */
function streamHead(persistence: string, headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const head: OutgoingHttpHeaders = { ...HEAD, Connection: persistence };
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) head[OWN_NAMES.get(name.toLowerCase()) ?? name] = value;
  return head;
}

/** A stream may stay for days, and Node keeps its request as long: without this, with every header of it. */
function forgetHead(request: IncomingMessage): void {
  request.rawHeaders = [];
  request.headers = {};
}

/**
 * The adapter listens, too, from after its handler on, to abort the request of a client that leaves: nobody waits for
 * that here, and its listener would keep the whole request as long as the stream.
 */
function forgetRequest(outgoing: StreamResponse): void {
  for (const listener of outgoing.listeners("close"))
    if (listener !== reportClosed) outgoing.off("close", listener as () => void);
}

/** The one listener of all responses. */
function reportClosed(this: StreamResponse): void {
  this[CONNECTION]?.closed();
}
