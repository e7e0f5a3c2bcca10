import { type IncomingMessage, Server, type ServerOptions, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * Node's HTTP server takes a connection for idle as soon as it was given the answer, and closing idle ones would cut what
 * is not sent yet. This one waits until everything is sent.
 */
export class GentleServer extends Server {
  readonly #sockets = new Set<Socket>();

  constructor(options: ServerOptions, answer: (incoming: IncomingMessage, outgoing: ServerResponse) => void) {
    super(options, answer);
    this.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  override closeIdleConnections(): void {
    if (![...this.#sockets].some((socket) => socket.writableLength > 0)) super.closeIdleConnections();
  }
}
