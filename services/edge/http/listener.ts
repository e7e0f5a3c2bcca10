import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setImmediate as turn } from "node:timers/promises";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { describeError, UserError } from "../../../shared/base/errors.ts";
import { ANY_ORIGIN, corsHeaders } from "./cors.ts";
import { DrainingServer } from "./draining-server.ts";
import { type FastHandler, FastPath } from "./fast-path/fast-path.ts";
import { sparingHijackedResponses } from "./hijacked-response.ts";
import { refusedHead } from "./refused-head.ts";
import { type Exchange, respondBeforeBody } from "./response/early-response.ts";

/**
 * As much as the Go relay takes (its HTTP server's default and what that reads ahead), for contexts in paths. Most load
 * balancers let less through.
 */
const MAX_HEADER_BYTES = 1024 * 1024 + 4096;
/** After so long a silence the kernel asks whether a client's machine is still there. */
const PROBE_AFTER_MS = 60_000;
/** A storm of thousands of SDKs that come back at once must not be refused by the kernel. */
const BACKLOG = 8192;

const SWEEP_MS = 100;

/** For browsers, where nothing is known of a request. */
const ANY_CORS = corsHeaders(ANY_ORIGIN, undefined, "GET,REPORT,POST,OPTIONS");

/** Takes a request of Node's HTTP server over, or leaves it alone and says so with `false`. */
export type RequestHandler = (incoming: IncomingMessage, outgoing: ServerResponse) => boolean;

/** Who answers requests: the first of these that takes one over. */
export interface RequestHandlers {
  /** On the fast path, before Node's HTTP server. */
  readonly fast: FastHandler;
  /** Past the framework. */
  readonly direct: RequestHandler;
  /** The framework's app, for all that is left. */
  readonly fetch: (request: Request, env: HttpBindings) => Response | Promise<Response>;
}

/** The port that SDKs connect to. */
export interface Listener {
  readonly port: number;
  /** Goes on as before, but each connection ends with its next answer, which says so. */
  drain(): void;
  /** Takes no more connections. Those that are there go on. */
  close(): Promise<void>;
  /**
   * Drains, closes, and gives answers under way `graceMs` to finish. Resolves when the last connection is gone.
   */
  stop(graceMs: number): Promise<void>;
}

/** Where to listen. */
export interface ListenerOptions {
  /** An address of this machine; left out: every one, IPv4 and IPv6. */
  readonly host?: string | undefined;
  readonly port: number;
  /** How long a connection may wait for its next request, as clients are told; 0: for ever. */
  readonly idleMs: number;
}

/** Listens for SDKs. Rejects with a {@link UserError} that names the setting when the address and port cannot be bound. */
export async function listen(
  { fast, direct, fetch }: RequestHandlers,
  { host, port, idleMs }: ListenerOptions,
): Promise<Listener> {
  const throughTheApp = getRequestListener(
    sparingHijackedResponses(fetch as Parameters<typeof sparingHijackedResponses>[0]),
    {
      overrideGlobalObjects: false,
      // Of requests that name no host, such as health checks over HTTP/1.0; the adapter would refuse them.
      hostname: "localhost",
    },
  );
  const server = new DrainingServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: idleMs,
      keepAlive: true,
      keepAliveInitialDelay: PROBE_AFTER_MS,
    },
    {
      answer: (incoming, outgoing) => {
        if (!direct(incoming, outgoing)) void throughTheApp(incoming, outgoing);
      },
      refuse: (incoming, outgoing) => refuseLargeHead({ incoming, outgoing }),
      refusal: (status) => refusedHead(status, ANY_CORS),
    },
  );
  const fastPath = FastPath.before(server, fast, idleMs);
  const listening = once(server, "listening");
  server.listen({ port, backlog: BACKLOG, ...(host !== undefined && { host }) });
  try {
    await listening;
  } catch (error) {
    throw cannotListen(error, host, port);
  }
  return new Port(server, fastPath);
}

function refuseLargeHead(exchange: Exchange): void {
  const message = "too many requests with long addresses or headers; try again";
  const headers = { ...ANY_CORS, "Content-Type": "application/json", "Retry-After": "1" };
  respondBeforeBody(exchange, 503, headers, JSON.stringify({ message }));
}

function cannotListen(error: unknown, host: string | undefined, port: number): UserError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (host !== undefined && (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EAI_AGAIN"))
    return new UserError(
      `cannot listen for SDKs at [Main] host ${host}: it is no address of this machine. Set it (or LISTEN_HOST) to one, or leave it out for all`,
      { cause: error },
    );
  const why =
    code === "EADDRINUSE"
      ? "the port is in use. Set [Main] port (or PORT) to a free one"
      : code === "EACCES"
        ? "permission denied. Set [Main] port (or PORT) to one above 1023"
        : describeError(error);
  return new UserError(`cannot listen for SDKs on [Main] port ${port}: ${why}`, { cause: error });
}

/** The HTTP server and what stands before it, as one. */
class Port implements Listener {
  readonly port: number;
  readonly #server: DrainingServer;
  readonly #fastPath: FastPath;
  readonly #closed: Promise<unknown>;
  #accepted = 0;

  constructor(server: DrainingServer, fastPath: FastPath) {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the server has no port");
    this.port = address.port;
    this.#server = server;
    this.#fastPath = fastPath;
    this.#closed = once(server, "close");
    server.on("connection", () => {
      this.#accepted += 1;
    });
  }

  drain(): void {
    this.#fastPath.drain();
    this.#server.drain();
  }

  async close(): Promise<void> {
    // What waits to be accepted would be reset, so the port closes in a turn of the event loop that has accepted nothing.
    let seen: number;
    do {
      seen = this.#accepted;
      await turn();
    } while (seen !== this.#accepted);
    if (this.#server.listening) this.#server.close();
  }

  async stop(graceMs: number): Promise<void> {
    this.drain();
    await this.close();
    this.#fastPath.closeIdle();
    this.#server.closeIdle();
    // A connection that is busy now may be idle later, if the head of its answer was sent before.
    const sweep = setInterval(() => this.#server.closeIdle(), SWEEP_MS);
    // A client that does not read, or never says all of its request, must not keep the process from ending in order.
    const end = setTimeout(() => {
      this.#fastPath.cut();
      this.#server.closeAllConnections();
    }, graceMs);
    await this.#closed;
    clearInterval(sweep);
    clearTimeout(end);
  }
}
