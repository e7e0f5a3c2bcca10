import { Hono } from "hono";
import type { Clock } from "../../../shared/base/clock.ts";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import { type EdgeBindings, selectByHeader } from "../requests/environment-lookup.ts";
import { answerPoll } from "./poll-answer.ts";

/** PHP SDKs, which poll items one by one and may cache them for the environment's `ttl` (R1.7). */
export function phpRoutes(environments: EdgeEnvironments, clock: Clock): Hono<EdgeBindings> {
  const routes = new Hono<EdgeBindings>();
  const select = selectByHeader(environments, "sdkKey");
  const caching = (ttlMs: number): Record<string, string> =>
    ttlMs > 0 ? { Expires: new Date(clock.now() + ttlMs).toUTCString(), Vary: "Authorization" } : {};
  routes.get("/sdk/flags", select, (c) =>
    answerPoll(c, (encoded) => encoded.flags, caching(c.var.selected.environment.ttlMs)),
  );
  for (const kind of ["flags", "segments"] as const)
    routes.get(`/sdk/${kind}/:key`, select, (c) =>
      answerPoll(
        c,
        (encoded) => encoded.item(kind, c.req.param("key")),
        caching(c.var.selected.environment.ttlMs),
      ),
    );
  return routes;
}
