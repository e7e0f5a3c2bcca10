import { Hono } from "hono";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import type { Goals } from "../goals/goals.ts";
import { isUnchanged } from "../http/conditional.ts";
import type { EdgeBindings } from "../requests/environment-lookup.ts";
import { browserRoute } from "./browser.ts";

/**
 * `/sdk/goals/{envId}`: which clicks and page views SDKs in browsers look for. Not ours, so LaunchDarkly is asked
 * (R1.10). Nothing of the request but the environment goes there, so that all browsers share one
 * answer.
 */
export function goalsRoutes(environments: EdgeEnvironments, goals: Goals): Hono<EdgeBindings> {
  const routes = new Hono<EdgeBindings>();
  browserRoute(routes, environments, "GET", "/sdk/goals/:envId", async (c, selected, cors) => {
    const { envId } = selected.environment.credentials;
    const { status, headers, body, ageMs } = await goals.of(envId ?? "");
    const all = { ...headers, ...cors, ...selected.headers, Age: String(Math.floor(ageMs / 1000)) };
    const { etag } = headers;
    const { "content-type": _, ...unchanged } = all;
    if (etag !== undefined && isUnchanged(c.req.header("if-none-match"), etag))
      return new Response(null, { status: 304, headers: unchanged });
    return new Response(new Uint8Array(body), { status, headers: all });
  });
  return routes;
}
