import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { freePort } from "./free-port.ts";

/** An HTTP server on 127.0.0.1 that can go away and come back at the same address. */
export class SamePortServer {
  readonly port: number;
  readonly #server: Server;

  private constructor(port: number, handle: RequestListener) {
    this.port = port;
    // Longer than any client of ours keeps an idle connection, so that none sends into a closing one.
    this.#server = createServer({ keepAliveTimeout: 120_000 }, handle);
  }

  /** Listens on a free port unless told which. Rejects when the port cannot be bound. */
  static async open(handle: RequestListener, port?: number): Promise<SamePortServer> {
    const server = new SamePortServer(port ?? (await freePort()), handle);
    await server.resume();
    return server;
  }

  /** Stops listening and destroys all connections: from here on, connecting is refused. */
  async pause(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.cut();
    await closed;
  }

  /** Listens again where it did before. */
  async resume(): Promise<void> {
    if (this.#server.listening) return;
    this.#server.listen({ port: this.port, host: "127.0.0.1", backlog: 8192 });
    await once(this.#server, "listening");
  }

  /** Destroys all connections; new ones are welcome. */
  cut(): void {
    this.#server.closeAllConnections();
  }
}
