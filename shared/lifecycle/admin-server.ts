import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isIPv6 } from "node:net";
import { describeError, UserError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { AdminAnswer, AdminRoute } from "./admin-route.ts";

/** Where the admin listener listens, and what it answers. */
export interface AdminServerParts {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly routes: readonly AdminRoute[];
  readonly logger: Logger;
}

/** A listener for operators and orchestrators. */
export interface AdminServer {
  readonly port: number;
  readonly url: string;
  /** Closes the port and every connection to it, at once. May be called again. */
  stop(): Promise<void>;
}

/**
 * Serves `routes`, and 404 for anything else, at every address that `host` means. Rejects
 * with a {@link UserError} that names the settings if it cannot listen at the first of them.
 */
export async function startAdminServer(parts: AdminServerParts): Promise<AdminServer> {
  const { host, logger } = parts;
  const handle = (request: IncomingMessage, response: ServerResponse): void =>
    void respond(parts, request, response);
  const [address, ...others] = addressesOf(host);
  const server = createServer(handle);
  const port = await listen(server, address, parts.port).catch((error: unknown) => {
    throw cannotListen(error, host, parts.port);
  });
  const servers = [server];
  for (const other of others) {
    const another = createServer(handle);
    try {
      await listen(another, other, port);
      servers.push(another);
    } catch (error) {
      logDoingWithout(logger, `${other} port ${port}`, error);
    }
  }
  const url = `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  logger.info("admin listener is open", { event: "admin.listening", url });

  let stopped: Promise<unknown> | undefined;
  return {
    port,
    url,
    async stop() {
      stopped ??= Promise.all(servers.map(close));
      await stopped;
    },
  };
}

/**
 * The addresses that a host means. Every address and this machine's own each exist twice, in IPv4 and in IPv6, and
 * clients take either. `undefined` is every address in both, or in IPv4 alone where there is no IPv6.
 */
function addressesOf(host: string): [string | undefined, ...string[]] {
  if (host === "0.0.0.0" || host === "::") return [undefined];
  if (host === "localhost") return ["127.0.0.1", "::1"];
  return [host];
}

/** A machine without IPv6 is nothing to speak of; a port that somebody else has there is. */
function logDoingWithout(logger: Logger, address: string, error: unknown): void {
  const { code } = error as NodeJS.ErrnoException;
  const hasNone = code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT";
  logger[hasNone ? "debug" : "warn"](`the admin listener cannot listen at ${address}, going on without it`, {
    event: "admin.address_skipped",
    error: describeError(error),
  });
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

async function respond(
  parts: AdminServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, headers, body } = await answer(parts, request);
  response.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(body) }).end(body);
}

async function answer({ routes, logger }: AdminServerParts, request: IncomingMessage): Promise<AdminAnswer> {
  const [path = ""] = (request.url ?? "").split("?");
  const method = request.method === "HEAD" ? "GET" : request.method;
  const route = routes.find((one) => one.path === path && one.method === method);
  if (route === undefined) return text(404, "404 Not Found");
  try {
    return await route.answer(request);
  } catch (error) {
    logger.error("an admin request failed, answering 500", { event: "admin.request_failed", path, error });
    return text(500, "Internal Server Error");
  }
}

function text(status: number, body: string): AdminAnswer {
  return { status, headers: { "Content-Type": "text/plain; charset=UTF-8" }, body };
}

async function listen(server: Server, host: string | undefined, port: number): Promise<number> {
  const listening = once(server, "listening");
  server.listen({ port, ...(host !== undefined && { host }) });
  await listening;
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** What the user can do about an address that cannot be listened on. */
function cannotListen(error: unknown, host: string, port: number): UserError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const why =
    code === "EADDRINUSE"
      ? "the port is in use. Set [Admin] port (or [Prometheus] port) to a free one, or to 0 for any free one"
      : code === "EACCES"
        ? "permission denied. Set [Admin] port (or [Prometheus] port) to one above 1023"
        : `${describeError(error)}. Check [Admin] host and [Admin] port (or [Prometheus] port)`;
  return new UserError(`the admin listener cannot listen on ${host}:${port}: ${why}`, { cause: error });
}
