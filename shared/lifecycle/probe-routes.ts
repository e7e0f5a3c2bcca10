import { Hono } from "hono";
import type { Health } from "./health.ts";

/**
 * The two questions of an orchestrator, for the admin listener and for any other port that should answer them:
 * `/healthz` (does the process run: always 200) and `/readyz` (200, or 503 with the reasons). GET and HEAD.
 */
export function probeRoutes(health: Health): Hono {
  const routes = new Hono();
  routes.get("/healthz", (c) => {
    c.header("Cache-Control", "no-store");
    return c.json({ status: "ok" });
  });
  routes.get("/readyz", (c) => {
    const readiness = health.readiness();
    c.header("Cache-Control", "no-store");
    return c.json(readiness, readiness.ready ? 200 : 503);
  });
  return routes;
}
