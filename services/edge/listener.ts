import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { describeError, UserError } from "../../shared/base/errors.ts";
import type { ExpressLane } from "./routes/events.ts";
import { sparingTakenResponses } from "./streams/taken-response.ts";

/** SDKs with large contexts or many tags need more than Node's 16 KiB. */
const MAX_HEADER_BYTES = 64 * 1024;
/** Above the idle time of common load balancers (60 s), so that it is never us who closes under their hands. */
const KEEP_ALIVE_MS = 75_000;
/** A storm of thousands of SDKs that come back at once must not be refused by the kernel. */
const BACKLOG = 8192;

type Fetch = (request: Request, env: HttpBindings) => Response | Promise<Response>;

/** The port that SDKs connect to. */
export interface Listener {
  readonly port: number;
  /** Takes no more connections, lets answers under way finish, and resolves when the last connection is gone. */
  stop(): Promise<void>;
}

/**
 * Listens for SDKs. What `express` does not take over goes to `fetch`. Rejects with a {@link UserError} that names
 * `[Main] port` when the port cannot be had.
 */
export async function listen(express: ExpressLane, fetch: Fetch, port: number): Promise<Listener> {
  const throughTheApp = getRequestListener(
    sparingTakenResponses(fetch as Parameters<typeof sparingTakenResponses>[0]),
    { overrideGlobalObjects: false },
  );
  const server = createServer(
    { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: KEEP_ALIVE_MS },
    (incoming, outgoing) => {
      if (!express(incoming, outgoing)) void throughTheApp(incoming, outgoing);
    },
  );
  const listening = once(server, "listening");
  server.listen({ port, backlog: BACKLOG });
  try {
    await listening;
  } catch (error) {
    throw new UserError(`cannot listen on [Main] port ${port}: ${describeError(error)}`, { cause: error });
  }
  return { port: portOf(server), stop: () => stopListening(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

async function stopListening(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  // A connection that is busy now is idle later, and would then be kept alive for its next request.
  const sweep = setInterval(() => server.closeIdleConnections(), 100);
  await closed;
  clearInterval(sweep);
}
