import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { isIPv6 } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { describeError, UserError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Health } from "./health.ts";
import type { ReadableMetrics } from "./metrics.ts";
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
 * Serves `/healthz`, `/readyz` and `/metrics`, and 404 for anything else. Rejects with a {@link UserError} that
 * names the settings if it cannot listen there.
 */
export async function startAdminServer(parts: AdminServerParts): Promise<AdminServer> {
  const { host, logger } = parts;
  const server = createServer(getRequestListener(adminRoutes(parts).fetch, { overrideGlobalObjects: false }));
  const port = await listen(server, host, parts.port);
  const url = `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  logger.info("admin listener is open", { url });

  let stopped: Promise<unknown> | undefined;
  return {
    port,
    url,
    async stop() {
      if (stopped === undefined) {
        stopped = once(server, "close");
        server.close();
        server.closeAllConnections();
      }
      await stopped;
    },
  };
}

function adminRoutes({ health, metrics, logger }: AdminServerParts): Hono {
  const routes = new Hono();
  routes.route("/", probeRoutes(health));
  routes.get("/metrics", async (c) => {
    const { contentType, text } = await metrics.read();
    return c.body(text, 200, { "Content-Type": contentType });
  });
  routes.onError((error, c) => {
    logger.error("an admin request failed", { path: c.req.path, error });
    return c.text("Internal Server Error", 500);
  });
  return routes;
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  const listening = once(server, "listening");
  server.listen(port, host);
  try {
    await listening;
  } catch (error) {
    throw cannotListen(error, host, port);
  }
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
        ? "this user may not. Set [Admin] port (or [Prometheus] port) to one above 1023"
        : `${describeError(error)}. Check [Admin] host and [Admin] port (or [Prometheus] port)`;
  return new UserError(`the admin listener cannot listen on ${host}:${port}: ${why}`, { cause: error });
}
