import { Hono } from "hono";
import type { Clock } from "../../../shared/base/clock.ts";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import { type RelayFacts, statusReport } from "../status/status-report.ts";

/** `GET /status`: always 200, no credential (R9.1). */
export function statusRoutes(environments: EdgeEnvironments, facts: RelayFacts, clock: Clock): Hono {
  const routes = new Hono();
  routes.get("/status", (c) => c.json(statusReport([...environments], facts, clock.now())));
  return routes;
}
