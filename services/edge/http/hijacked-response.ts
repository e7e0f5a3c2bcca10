import type { Http2Bindings, HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";

type Env = HttpBindings | Http2Bindings;
type Fetch = (request: Request, env: Env) => Response | Promise<Response>;

/**
 * `fetch` of an app whose handlers may take the Node response over and write to it themselves. Whatever the app
 * makes of their answer afterwards (a middleware that sets a header copies it, `HEAD` empties it, an error
 * replaces it), the adapter must see the one marker that means "already sent": on anything else it writes a second
 * head into the middle of the stream.
 */
export function sparingHijackedResponses(fetch: Fetch): Fetch {
  return (request, env) => {
    const response = fetch(request, env);
    return response instanceof Promise
      ? response.then((settled) => unlessTaken(env, settled))
      : unlessTaken(env, response);
  };
}

function unlessTaken({ outgoing }: Env, response: Response): Response {
  return outgoing.headersSent ? RESPONSE_ALREADY_SENT : response;
}
