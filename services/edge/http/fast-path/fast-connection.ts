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

const CONNECTION = Symbol("front connection");
type FrontSocket = Socket & { [CONNECTION]?: FastConnection | undefined };

/**
 * How the body of a stream is framed, and that its connection ends with it: a load balancer that believed otherwise would
 * send its next request on this connection while the edge closes it.
 */
const STREAMING = "Connection: close\r\nTransfer-Encoding: chunked\r\n";

/**
 * A connection whose requests are answered one after the other, and to which each answer goes. What comes before an
 * answer is out waits for that, and so does everything from a client that does not read.
 */
export class FastConnection implements ResponseWriter {
  readonly #socket: FrontSocket;
  readonly #owner: FastConnectionOwner;
  readonly #reader = new PlainReader();
  #route: RouteCount | undefined;
  #awaitsAnswer = false;
  #awaitsDrain = false;
  /** Whether nothing is read after the answer under way. */
  #finishing = false;
  /** Whether the client will send nothing more. */
  #clientEnded = false;

  constructor(socket: FrontSocket, owner: FastConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    socket[CONNECTION] = this;
    if (owner.idleMs > 0) socket.setTimeout(owner.idleMs + GRACE_MS);
    for (const [event, listener] of LISTENERS) socket.on(event, listener);
  }

  get over(): boolean {
    return !this.#awaitsAnswer || this.#socket.destroyed;
  }

  read(bytes: Buffer): void {
    if (this.#finishing) return;
    if (this.#awaitsAnswer || this.#awaitsDrain) {
      // Back into the stream, whose end is not told either as long as there is something in it.
      this.#socket.pause();
      this.#socket.unshift(bytes);
      return;
    }
    const get = this.#reader.read(bytes);
    if (get === undefined) return this.#handOver(bytes);
    const { isLast } = get.headers;
    this.#awaitsAnswer = true;
    this.#route = undefined;
    this.#finishing ||= isLast;
    if (this.#owner.answers(get, this)) return;
    this.#awaitsAnswer = false;
    this.#handOver(bytes);
  }

  countAs(route: RouteCount): void {
    this.#route = route;
  }

  send(answer: Answer): boolean {
    if (this.over) return true;
    this.#awaitsAnswer = false;
    this.#route?.answered(answer.status);
    // What has been asked already is answered, too: the last answer is the one that says so.
    this.#finishing ||= this.#owner.draining && this.#socket.readableLength === 0;
    this.#write(answer);
    if (this.#finishing) closeLingering(this.#socket);
    else if (this.#socket.writableNeedDrain) this.#awaitDrain();
    else this.#goOn();
    return this.#socket.writableLength === 0;
  }

  stream(head: Head): StreamingBody | undefined {
    if (this.over) return undefined;
    this.#awaitsAnswer = false;
    this.#route?.answered(200);
    this.#letGo();
    this.#socket.write(`HTTP/1.1 200 OK\r\n${head.text}${dateHeader()}${STREAMING}\r\n`, "latin1");
    const body = new FastStreamingBody(this.#socket);
    // Nobody would say it again.
    if (this.#clientEnded) body.end();
    return body;
  }

  /** Closes the connection if it waits for a request, and none is there. */
  closeIfIdle(): void {
    if (!this.#awaitsAnswer && !this.#awaitsDrain) closeUnlessHeard(this.#socket);
  }

  cut(): void {
    this.#socket.destroy();
  }

  drained(): void {
    this.#awaitsDrain = false;
    this.#goOn();
  }

  /** The client has said that it sends nothing more; it may still wait for answers. */
  clientEnded(): void {
    this.#clientEnded = true;
    if (!this.#awaitsAnswer && !this.#awaitsDrain) this.#goOn();
  }

  /** Nothing was read or written for as long as a client may be silent. */
  timedOut(): void {
    if (this.#awaitsDrain) this.cut();
    else this.closeIfIdle();
  }

  closed(): void {
    this.#owner.left(this);
  }

  #write({ status, head, etag, body }: Answer): void {
    const persistence = this.#finishing ? "Connection: close\r\n" : this.#owner.persistence;
    const text =
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.text}${etag === undefined ? "" : `ETag: ${etag}\r\n`}` +
      `${body === undefined ? "" : `Content-Length: ${body.byteLength}\r\n`}${dateHeader()}${persistence}\r\n`;
    this.#socket.cork();
    this.#socket.write(text, "latin1");
    if (body !== undefined) this.#socket.write(body);
    this.#socket.uncork();
  }

  #awaitDrain(): void {
    this.#awaitsDrain = true;
    this.#socket.once("drain", onDrain);
  }

  /** Reads what came before the answer that is out now. */
  #goOn(): void {
    if (this.#clientEnded) this.#socket.destroySoon();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  #handOver(bytes: Buffer): void {
    this.#letGo();
    this.#socket.unshift(bytes);
    this.#owner.handOver(this.#socket);
  }

  /** Leaves the socket as it was found. */
  #letGo(): void {
    const socket = this.#socket;
    for (const [event, listener] of LISTENERS) socket.off(event, listener);
    socket[CONNECTION] = undefined;
    socket.setTimeout(0);
    this.#owner.left(this);
  }
}

// One function for all connections, each: a closure of its own would cost every idle one its memory.

function onData(this: FrontSocket, bytes: Buffer): void {
  this[CONNECTION]?.read(bytes);
}

function onEnd(this: FrontSocket): void {
  this[CONNECTION]?.clientEnded();
}

function onDrain(this: FrontSocket): void {
  this[CONNECTION]?.drained();
}

function onTimeout(this: FrontSocket): void {
  this[CONNECTION]?.timedOut();
}

function onClose(this: FrontSocket): void {
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
