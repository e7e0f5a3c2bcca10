import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { ResponseWriter } from "../response/response-writer.ts";
import { FastConnection, type FastConnectionOwner } from "./fast-connection.ts";
import type { PlainGet } from "./plain-get.ts";

/** Takes a request over and answers it, now or later, or leaves it alone and says so with `false`. */
export type FastHandler = (get: PlainGet, response: ResponseWriter) => boolean;

/**
 * Stands before Node's HTTP server and answers the requests that come in masses itself, from their bytes to those of the
 * answer: Node's parser, request and response cost as much time as all else together, and several times the memory of a
 * stream. A connection on which anything else is asked, or in any other form, is the HTTP server's from that request on.
 */
export class FastPath implements FastConnectionOwner {
  readonly idleMs: number;
  readonly persistence: string;
  #draining = false;
  readonly #handler: FastHandler;
  readonly #toHttp: (socket: Socket) => void;
  readonly #connections = new Set<FastConnection>();

  private constructor(handler: FastHandler, toHttp: (socket: Socket) => void, idleMs: number) {
    this.idleMs = idleMs;
    this.#handler = handler;
    this.#toHttp = toHttp;
    const seconds = Math.floor(idleMs / 1000);
    this.persistence = `Connection: keep-alive\r\n${idleMs > 0 ? `Keep-Alive: timeout=${seconds}\r\n` : ""}`;
  }

  /**
   * Is given all connections of `server` from now on. One that waits for its next request for longer than `idleMs` is
   * closed; 0: none is.
   */
  static before(server: Server, handler: FastHandler, idleMs: number): FastPath {
    const serve = server.listeners("connection");
    const toHttp = (socket: Socket): void => {
      for (const listener of serve) listener.call(server, socket);
    };
    const fastPath = new FastPath(handler, toHttp, idleMs);
    server.removeAllListeners("connection").on("connection", (socket) => fastPath.#accept(socket));
    return fastPath;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** From now on each connection ends with its next answer. */
  drain(): void {
    this.#draining = true;
  }

  /** Closes the connections that wait for a request. */
  closeIdle(): void {
    for (const connection of this.#connections) connection.closeIfIdle();
  }

  /** Breaks off all connections that are still there. */
  cut(): void {
    for (const connection of this.#connections) connection.cut();
  }

  answers(get: PlainGet, connection: FastConnection): boolean {
    return this.#handler(get, connection);
  }

  handOver(socket: Socket): void {
    this.#toHttp(socket);
  }

  left(connection: FastConnection): void {
    this.#connections.delete(connection);
  }

  #accept(socket: Socket): void {
    this.#connections.add(new FastConnection(socket, this));
  }
}
