import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { isIPv6 } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { describeError, UserError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { ReadableMetrics } from "../telemetry/metrics.ts";
import type { Health } from "./health.ts";
import { probeRoutes } from "./probe-routes.ts";

/** Where the admin listener listens, and what it has to show. */
export interface AdminServerParts {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly health: Health;
  readonly metrics: ReadableMetrics;
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
 * Serves `/healthz`, `/readyz` and `/metrics`, and 404 for anything else, at every address that `host` means. Rejects
 * with a {@link UserError} that names the settings if it cannot listen at the first of them.
 */
export async function startAdminServer(parts: AdminServerParts): Promise<AdminServer> {
  const { host, logger } = parts;
  const handle = getRequestListener(adminRoutes(parts).fetch, { overrideGlobalObjects: false });
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

function adminRoutes({ health, metrics, logger }: AdminServerParts): Hono {
  const routes = new Hono();
  routes.route("/", probeRoutes(health));
  routes.get("/metrics", async (c) => {
    const { contentType, text } = await metrics.read();
    return c.body(text, 200, { "Content-Type": contentType });
  });
  routes.onError((error, c) => {
    logger.error("an admin request failed, answering 500", {
      event: "admin.request_failed",
      path: c.req.path,
      error,
    });
    return c.text("Internal Server Error", 500);
  });
  return routes;
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
