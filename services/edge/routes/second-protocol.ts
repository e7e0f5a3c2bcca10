import { Hono, type MiddlewareHandler } from "hono";

/** So that browsers may read why: they cannot see headers that are not named here. */
const CORS: Readonly<Record<string, string>> = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Credentials": "false",
  "Access-Control-Allow-Methods": "GET,POST,REPORT,OPTIONS",
  "Access-Control-Allow-Headers":
    "Authorization,Cache-Control,Content-Type,Content-Length,Accept-Encoding,If-None-Match,X-LaunchDarkly-User-Agent,X-LaunchDarkly-Payload-ID,X-LaunchDarkly-Wrapper,X-LaunchDarkly-Event-Schema,X-LaunchDarkly-Tags,X-LaunchDarkly-Instance-Id",
  "Access-Control-Expose-Headers": "Date,X-Ld-Envid,X-LD-FD-Fallback,X-LD-FD-Fallback-TTL",
  "Access-Control-Max-Age": "300",
};

/**
 * The paths of LaunchDarkly's second protocol, which is not served yet. Every answer sends the SDK back to the
 * first: a bare 404 would make it give up for good (SDK protocol, section 4).
 */
export function secondProtocolRoutes(): Hono {
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
