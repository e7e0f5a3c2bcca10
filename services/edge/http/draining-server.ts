import { type IncomingMessage, Server, type ServerOptions, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { HttpConnection } from "./http-connection.ts";
import { LargeHeads } from "./large-heads.ts";
import { type HeadRefusal, headRefusal } from "./refused-head.ts";

/** What all large heads may take together. */
const MAX_LARGE_HEAD_BYTES = 64 * 1024 * 1024;
/** How often is looked at heads that are coming in: nobody is told of their pieces. */
const HEAD_CHECK_MS = 100;

/** What a {@link DrainingServer} does with requests, and with what is none. */
export interface HeadRefusalAnswers {
  answer(incoming: IncomingMessage, outgoing: ServerResponse): void;
  /** Answers a request for which there is no room. */
  refuse(incoming: IncomingMessage, outgoing: ServerResponse): void;
  /** The whole answer to what never became a request. */
  refusal(status: HeadRefusal): string;
}

/**
 * Node's HTTP server with the manners that clients in the wild need: it closes idle connections without losing a request
 * that is on the way, and those in use with an answer that says so; a client that has said its last word (half-closed) is
 * answered all the same; large heads are taken, within a bound for all of them.
 */
export class DrainingServer extends Server {
  /** A client that sends nothing more may still wait for answers. Node knows this, but its types do not. */
  readonly httpAllowHalfOpen = true;
  readonly #connections = new Set<HttpConnection>();
  readonly #heads = new LargeHeads(MAX_LARGE_HEAD_BYTES);
  readonly #answers: HeadRefusalAnswers;
  #draining = false;

  constructor(options: ServerOptions, answers: HeadRefusalAnswers) {
    super(options);
    this.#answers = answers;
    this.on("request", this.#onRequest);
    this.on("connection", (socket: Socket) => {
      const connection = new HttpConnection(socket);
      this.#connections.add(connection);
      socket.once("close", () => this.#connections.delete(connection));
    });
    // With a listener, Node does not close what has been silent for long.
    this.on("timeout", (socket: Socket) => HttpConnection.of(socket)?.closeIfIdle());
    this.on("clientError", ({ code }: NodeJS.ErrnoException, socket: Socket) => {
      const status = headRefusal(code);
      if (status === undefined) socket.destroy();
      else HttpConnection.of(socket)?.refuse(answers.refusal(status));
    });
    const check = setInterval(() => this.#refuseExcess(), HEAD_CHECK_MS).unref();
    this.on("close", () => clearInterval(check));
  }

  /** From now on each connection ends with its next answer. */
  drain(): void {
    this.#draining = true;
    for (const connection of this.#connections) connection.endWithAnswer();
  }

  /** Closes the connections that wait for a request. */
  closeIdle(): void {
    for (const connection of this.#connections) connection.closeIfIdle();
  }

  override closeIdleConnections(): void {
    // Node calls this when the port closes, and takes a connection for idle whose answer is not sent yet.
  }

  readonly #onRequest = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const headBytes = HttpConnection.of(incoming.socket)?.begin(incoming, outgoing, this.#draining) ?? 0;
    if (this.#heads.admits(headBytes, incoming, outgoing)) this.#answers.answer(incoming, outgoing);
    else this.#answers.refuse(incoming, outgoing);
  };

  #refuseExcess(): void {
    for (const connection of this.#heads.excess(this.#connections))
      connection.refuse(this.#answers.refusal(503));
  }
}
