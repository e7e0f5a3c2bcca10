import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { closeLingering, closeUnlessHeard } from "./closing.ts";

const CONNECTION = Symbol("http connection");
type HttpSocket = Socket & { [CONNECTION]?: HttpConnection };

/**
 * A connection of Node's HTTP server, and what that does not say of it: whether it is idle, how much of a request's head
 * has come in, and which answer is its last. A client may send requests before their answers (pipelining), so there may be
 * several under way; the newest decides.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #outgoing: ServerResponse | undefined;
  /** How much of what was read belongs to requests whose heads are complete, or a little more. */
  #known: number;
  #refused = false;

  /** Of a socket that may have been given back bytes that were read already. */
  constructor(socket: HttpSocket) {
    this.#socket = socket;
    this.#known = socket.bytesRead - socket.readableLength;
    socket[CONNECTION] = this;
  }

  static of(socket: HttpSocket): HttpConnection | undefined {
    return socket[CONNECTION];
  }

  /**
   * A request's head is complete. Returns its size in bytes, with what came along with it. `last`: the connection ends
   * with the answer, unless another request follows before that is given.
   */
  begin(incoming: IncomingMessage, outgoing: ServerResponse, last: boolean): number {
    const size = this.#socket.bytesRead - this.#known;
    if (last) {
      const before = this.#outgoing;
      if (before !== undefined && !before.headersSent) before.shouldKeepAlive = true;
      outgoing.shouldKeepAlive = false;
    }
    this.#outgoing = outgoing;
    // Some of the body is among what was read, and is counted twice by this: rather that than taken for a head.
    this.#known = this.#socket.bytesRead + (Number(incoming.headers["content-length"]) || 0);
    if (incoming.headers["transfer-encoding"] !== undefined) this.#awaitBody(incoming);
    return size;
  }

  /** The answer under way, if it is not begun, is the last one. */
  endWithAnswer(): void {
    if (this.#outgoing !== undefined && !this.#outgoing.headersSent) this.#outgoing.shouldKeepAlive = false;
  }

  /** How much has come in of a head that is not complete. */
  get headBytes(): number {
    return Math.max(0, this.#socket.bytesRead - this.#known);
  }

  /** Closes the connection if it waits for a request, all of the last answer is sent, and nothing of another has come. */
  closeIfIdle(): void {
    const answered = this.#outgoing === undefined || this.#outgoing.writableFinished;
    if (answered && this.#socket.writableLength === 0 && this.headBytes === 0) closeUnlessHeard(this.#socket);
  }

  /**
   * Answers what is no request, or too large a one, with `text`, and ends the connection. An answer that has begun is
   * broken off: nothing that could follow it would be understood.
   */
  refuse(text: string): void {
    if (this.#refused) return;
    this.#refused = true;
    const begun = this.#outgoing?.headersSent === true && !this.#outgoing.writableFinished;
    if (begun || !this.#socket.writable) {
      this.#socket.destroy();
      return;
    }
    this.#socket.write(text, "latin1");
    closeLingering(this.#socket);
  }

  /** The length of a body in chunks is known at its end. */
  #awaitBody(incoming: IncomingMessage): void {
    this.#known = Number.POSITIVE_INFINITY;
    incoming.once("end", () => {
      this.#known = this.#socket.bytesRead;
    });
  }
}
