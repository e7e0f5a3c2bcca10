import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { closeLingering, closeUnlessHeard } from "../closing.ts";
import type { Head } from "../response/head.ts";
import type { Answer, ResponseWriter } from "../response/response-writer.ts";
import type { RouteCount } from "../response/route-count.ts";
import type { StreamingBody } from "../response/streaming-body.ts";
import { dateHeader } from "./date-header.ts";
import { FastStreamingBody } from "./fast-streaming-body.ts";
import { type PlainGet, PlainReader } from "./plain-get.ts";

/** Who decides what becomes of requests and connections. */
export interface FastConnectionOwner {
  /** How long a connection may wait for its next request, as clients are told; 0: for ever. */
  readonly idleMs: number;
  /** What answers say of a connection that stays. */
  readonly persistence: string;
  /** Whether each answer is the last one of its connection. */
  readonly draining: boolean;
  /** Whether it answers this request through `connection`, now or later. */
  answers(get: PlainGet, connection: FastConnection): boolean;
  /** Takes the socket as if it were new. */
  handOver(socket: Socket): void;
  /** The connection is closed, or is another's affair. */
  left(connection: FastConnection): void;
}

/** A client that believes what it was told must not meet the end of a connection with its next request. */
const GRACE_MS = 1000;

const CONNECTION = Symbol("fast connection");
type FastSocket = Socket & { [CONNECTION]?: FastConnection | undefined };

/**
 * How the body of a stream is framed, and that its connection ends with it: a load balancer that believed otherwise would
 * send its next request on this connection while the edge closes it.
 */
const STREAMING = "Connection: close\r\nTransfer-Encoding: chunked\r\n";

/** Where a connection stands; the comment of {@link FastConnection} has what moves it. */
type State = "idle" | "answering" | "answering the last" | "blocked" | "closing" | "left";

/**
 * A connection whose requests are answered one after the other, and to which each answer goes.
 *
 * | state | bytes come | answer is sent | stream begins | client ends its side | silent for too long |
 * | --- | --- | --- | --- | --- | --- |
 * | idle: waits for a request | answering, or answering the last if it says so; left if another parser must read it, or nobody takes it over | | | closes the socket | closes, if nothing came |
 * | answering | wait in the stream | idle, blocked if the client does not take it, closing while the server drains | left | noted | |
 * | answering the last: nothing is read after it | are ignored | closing | left | noted | |
 * | blocked: the client does not read its answer | wait in the stream | | | noted | cuts the connection |
 * | closing: the last answer is written | are ignored | | | closes the socket | closes |
 * | left: the socket is another's, a stream's or the HTTP server's | | | | | |
 *
 * A blocked connection is idle again with `drain`. One whose client has ended its side closes in place of being idle. A
 * stopping server closes what is idle, or closing.
 */
export class FastConnection implements ResponseWriter {
  readonly #socket: FastSocket;
  readonly #owner: FastConnectionOwner;
  readonly #reader = new PlainReader();
  #state: State = "idle";
  /** What the answer under way counts as. */
  #route: RouteCount | undefined;
  /** The client will send nothing more. It may still wait for answers. */
  #clientEnded = false;

  constructor(socket: FastSocket, owner: FastConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    socket[CONNECTION] = this;
    if (owner.idleMs > 0) socket.setTimeout(owner.idleMs + GRACE_MS);
    for (const [event, listener] of LISTENERS) socket.on(event, listener);
  }

  get over(): boolean {
    const answers = this.#state === "answering" || this.#state === "answering the last";
    return !answers || this.#socket.destroyed;
  }

  read(bytes: Buffer): void {
    switch (this.#state) {
      case "idle":
        this.#readRequest(bytes);
        break;
      case "answering":
      case "blocked":
        // Back into the stream, whose end is not reported either as long as there is something in it.
        this.#socket.pause();
        this.#socket.unshift(bytes);
        break;
      case "answering the last":
      case "closing":
      case "left":
        break;
    }
  }

  countAs(route: RouteCount): void {
    this.#route = route;
  }

  send(answer: Answer): boolean {
    if (this.over) return true;
    this.#route?.answered(answer.status);
    // What has been asked already is answered, too: the last answer is the one that says so.
    const drained = this.#owner.draining && this.#socket.readableLength === 0;
    const isLast = this.#state === "answering the last" || drained;
    this.#write(answer, isLast);
    if (isLast) {
      this.#state = "closing";
      closeLingering(this.#socket);
    } else if (this.#socket.writableNeedDrain) {
      this.#state = "blocked";
      this.#socket.once("drain", onDrain);
    } else this.#setIdle();
    return this.#socket.writableLength === 0;
  }

  stream(head: Head): StreamingBody | undefined {
    if (this.over) return undefined;
    this.#route?.answered(200);
    this.#leave();
    this.#socket.write(`HTTP/1.1 200 OK\r\n${head.text}${dateHeader()}${STREAMING}\r\n`, "latin1");
    const body = new FastStreamingBody(this.#socket);
    // The socket reports its end only once.
    if (this.#clientEnded) body.end();
    return body;
  }

  /** Closes the connection if it waits for a request, and none is there. */
  closeIfIdle(): void {
    if (this.#awaitsClient()) closeUnlessHeard(this.#socket);
  }

  cut(): void {
    this.#socket.destroy();
  }

  drained(): void {
    if (this.#state === "blocked") this.#setIdle();
  }

  clientEnded(): void {
    this.#clientEnded = true;
    if (this.#awaitsClient()) this.#socket.destroySoon();
  }

  /** Nothing was read or written for as long as a client may be silent. */
  timedOut(): void {
    if (this.#state === "blocked") this.cut();
    else this.closeIfIdle();
  }

  closed(): void {
    this.#owner.left(this);
  }

  #awaitsClient(): boolean {
    return this.#state === "idle" || this.#state === "closing";
  }

  #readRequest(bytes: Buffer): void {
    const get = this.#reader.read(bytes);
    if (get === undefined) return this.#handOver(bytes);
    this.#state = get.headers.isLast ? "answering the last" : "answering";
    this.#route = undefined;
    if (!this.#owner.answers(get, this)) this.#handOver(bytes);
  }

  /** Reads what came before the answer that is out now. */
  #setIdle(): void {
    this.#state = "idle";
    if (this.#clientEnded) this.#socket.destroySoon();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  #write({ status, head, etag, body }: Answer, isLast: boolean): void {
    const persistence = isLast ? "Connection: close\r\n" : this.#owner.persistence;
    const text =
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.text}${etag === undefined ? "" : `ETag: ${etag}\r\n`}` +
      `${body === undefined ? "" : `Content-Length: ${body.byteLength}\r\n`}${dateHeader()}${persistence}\r\n`;
    this.#socket.cork();
    this.#socket.write(text, "latin1");
    if (body !== undefined) this.#socket.write(body);
    this.#socket.uncork();
  }

  #handOver(bytes: Buffer): void {
    this.#leave();
    this.#socket.unshift(bytes);
    this.#owner.handOver(this.#socket);
  }

  /** Leaves the socket as it was found. */
  #leave(): void {
    this.#state = "left";
    const socket = this.#socket;
    for (const [event, listener] of LISTENERS) socket.off(event, listener);
    socket[CONNECTION] = undefined;
    socket.setTimeout(0);
    this.#owner.left(this);
  }
}

// One function for all connections, each: a closure of its own would cost every idle one its memory.

function onData(this: FastSocket, bytes: Buffer): void {
  this[CONNECTION]?.read(bytes);
}

function onEnd(this: FastSocket): void {
  this[CONNECTION]?.clientEnded();
}

function onDrain(this: FastSocket): void {
  this[CONNECTION]?.drained();
}

function onTimeout(this: FastSocket): void {
  this[CONNECTION]?.timedOut();
}

function onClose(this: FastSocket): void {
  this[CONNECTION]?.closed();
}

function onError(): void {
  // A broken connection is closed next, and that is all there is to know.
}

const LISTENERS = [
  ["data", onData],
  ["end", onEnd],
  ["timeout", onTimeout],
  ["close", onClose],
  ["error", onError],
] as const;
