import type { Context, Handler, Hono } from "hono";
import type { EdgeEnvironment } from "../environments/edge-environment.ts";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import { ANY_ORIGIN, corsHeaders } from "../http/cors.ts";
import { type EdgeBindings, UNKNOWN_FILTER } from "../requests/environment-lookup.ts";

const NO_ENVIRONMENT_ID = "URL did not contain an environment ID";

/** Answers a browser's request to an environment; every answer must carry `cors`. */
export type BrowserHandler = (
  c: Context<EdgeBindings>,
  selected: EdgeEnvironment,
  cors: Readonly<Record<string, string>>,
) => Response | Promise<Response>;

/**
 * A route for SDKs in browsers, its preflight included. Its `path` holds the environment's id as `:envId`, and only
 * there is it looked for, without the `.gif` of an image (R1.2, R1.3 and R1.8). A preflight is
 * answered also for an environment that does not exist: the browser would keep the refusal that follows from an SDK
 * whose preflight failed.
 */
export function browserRoute(
  routes: Hono<EdgeBindings>,
  environments: EdgeEnvironments,
  method: "GET" | "POST" | "REPORT",
  path: string,
  handle: BrowserHandler,
): void {
  const find = (c: Context<EdgeBindings>) => {
    const id = (c.req.param("envId") ?? "").replace(/\.gif$/, "");
    const selected = environments.find("envId", id);
    const rules = selected?.environment ?? ANY_ORIGIN;
    return { selected, cors: corsHeaders(rules, c.req.header("origin"), `${method},OPTIONS`) };
  };
  const answer: Handler<EdgeBindings> = (c) => {
    const { selected, cors } = find(c);
    if (selected === undefined) return refuse(c, NO_ENVIRONMENT_ID, cors);
    if (c.req.query("filter")) return refuse(c, UNKNOWN_FILTER, cors);
    return handle(c, selected, cors);
  };
  routes.on(method, path, answer);
  routes.options(path, (c) => c.body(null, 200, find(c).cors));
}

function refuse(c: Context, text: string, cors: Readonly<Record<string, string>>): Response {
  return c.body(text, 404, {
    ...cors,
    "Content-Type": "text/plain; charset=utf-8",
    "X-Content-Type-Options": "nosniff",
  });
}
