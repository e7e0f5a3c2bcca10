import type { Socket } from "node:net";
import type { Reply } from "../reply/reply.ts";
import { FrontConnection, type FrontOwner } from "./front-connection.ts";
import type { PlainGet } from "./plain-get.ts";

/** Takes a request over and answers it, now or later, or leaves it alone and says so with `false`. */
export type PlainLane = (get: PlainGet, reply: Reply) => boolean;

/**
 * Stands before Node's HTTP server and answers the one request that comes in masses itself, from its bytes to those of
 * the answer: Node's parser, request and response cost as much as all else together. A connection on which anything
 * else is asked, or in any other form, is the HTTP server's from that request on.
 */
export class Front implements FrontOwner {
  readonly idleMs: number;
  readonly #lane: PlainLane;
  readonly #toHttp: (socket: Socket) => void;
  readonly #connections = new Set<FrontConnection>();

  /** `toHttp` serves sockets as if they were new; one that is silent for `idleMs` is closed. */
  constructor(lane: PlainLane, toHttp: (socket: Socket) => void, idleMs: number) {
    this.idleMs = idleMs;
    this.#lane = lane;
    this.#toHttp = toHttp;
  }

  /** Serves a new connection. */
  accept(socket: Socket): void {
    this.#connections.add(new FrontConnection(socket, this));
  }

  /** Closes all connections, each after the answer that it is waiting for. */
  stop(): void {
    for (const connection of this.#connections) connection.finish();
  }

  answers(get: PlainGet, connection: FrontConnection): boolean {
    return this.#lane(get, connection);
  }

  handOver(connection: FrontConnection, socket: Socket): void {
    this.#connections.delete(connection);
    this.#toHttp(socket);
  }

  closed(connection: FrontConnection): void {
    this.#connections.delete(connection);
  }
}
