import { once } from "node:events";
import type { Server } from "node:http";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { describeError, UserError } from "../../shared/base/errors.ts";
import { Front, type PlainLane } from "./front/front.ts";
import { GentleServer } from "./gentle-server.ts";
import type { ExpressLane } from "./routes/express-lane.ts";
import { sparingTakenResponses } from "./streams/taken-response.ts";

/**
 * For contexts in paths, and for many tags, Node's 16 KiB are too few. Most load balancers let less through than this,
 * and every connection may make us hold as much; a longer context can come in the body of a REPORT.
 */
const MAX_HEADER_BYTES = 128 * 1024;
/** Above the idle time of common load balancers (60 s), so that it is never us who closes under their hands. */
const KEEP_ALIVE_MS = 75_000;
/** A storm of thousands of SDKs that come back at once must not be refused by the kernel. */
const BACKLOG = 8192;

const SWEEP_MS = 100;

type Fetch = (request: Request, env: HttpBindings) => Response | Promise<Response>;

/** The port that SDKs connect to. */
export interface Listener {
  readonly port: number;
  /**
   * Takes no more connections, gives answers under way `graceMs` to finish, and resolves when the last connection is
   * gone.
   */
  stop(graceMs: number): Promise<void>;
}

/**
 * Listens for SDKs. What `plain` does not take over goes to `express`, and the rest of that to `fetch`. Rejects with a
 * {@link UserError} that names `[Main] port` when the port cannot be had.
 */
export async function listen(
  plain: PlainLane,
  express: ExpressLane,
  fetch: Fetch,
  port: number,
): Promise<Listener> {
  const throughTheApp = getRequestListener(
    sparingTakenResponses(fetch as Parameters<typeof sparingTakenResponses>[0]),
    {
      overrideGlobalObjects: false,
      // Of requests that name no host, such as health checks over HTTP/1.0; the adapter would refuse them.
      hostname: "localhost",
    },
  );
  const server = new GentleServer(
    { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: KEEP_ALIVE_MS },
    (incoming, outgoing) => {
      if (!express(incoming, outgoing)) void throughTheApp(incoming, outgoing);
    },
  );
  const front = Front.before(server, plain, KEEP_ALIVE_MS);
  const listening = once(server, "listening");
  server.listen({ port, backlog: BACKLOG });
  try {
    await listening;
  } catch (error) {
    throw cannotListen(error, port);
  }
  return { port: portOf(server), stop: (graceMs) => stopListening(server, front, graceMs) };
}

function cannotListen(error: unknown, port: number): UserError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const why =
    code === "EADDRINUSE"
      ? "the port is in use. Set [Main] port (or PORT) to a free one"
      : code === "EACCES"
        ? "this user may not. Set [Main] port (or PORT) to one above 1023"
        : describeError(error);
  return new UserError(`cannot listen for SDKs on [Main] port ${port}: ${why}`, { cause: error });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

async function stopListening(server: Server, front: Front, graceMs: number): Promise<void> {
  const closed = once(server, "close");
  server.close();
  front.stop();
  // A connection that is busy now is idle later, and would then be kept alive for its next request.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  // A client that does not read, or never says all of its request, must not keep the process from ending in order.
  const end = setTimeout(() => {
    front.cut();
    server.closeAllConnections();
  }, graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(end);
}
