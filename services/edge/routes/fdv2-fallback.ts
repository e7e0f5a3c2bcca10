import { Hono, type MiddlewareHandler } from "hono";
import { ANY_ORIGIN, corsHeaders } from "../http/cors.ts";

/** The same for every page, as there is no environment yet whose rules would count. */
const CORS = corsHeaders(
  { ...ANY_ORIGIN, allowedHeaders: ["Authorization", "If-None-Match"] },
  undefined,
  "GET,POST,REPORT,OPTIONS",
);

/**
 * The paths of LaunchDarkly's second protocol, which is not served yet. Every answer sends the SDK back to the
 * first: a bare 404 would make it give up for good (S4).
 */
export function fdv2FallbackRoutes(): Hono {
  const routes = new Hono();
  const refuse =
    (cors: Readonly<Record<string, string>>): MiddlewareHandler =>
    async (c) =>
      c.body(null, 404, { ...cors, "X-LD-FD-Fallback": "true" });
  for (const path of ["/sdk/poll", "/sdk/stream"]) routes.get(path, refuse({}));
  for (const path of ["/sdk/poll/eval", "/sdk/stream/eval"])
    for (const form of [path, `${path}/:context`]) {
      routes.on(["GET", "POST", "REPORT"], form, refuse(CORS));
      routes.options(form, (c) => c.body(null, 200, { ...CORS }));
    }
  return routes;
}
