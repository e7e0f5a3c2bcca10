import { Hono } from "hono";
import type { EdgeEnvironments } from "../edge-environments.ts";
import type { Intake } from "../intake/intake.ts";
import { type EdgeBindings, selectByHeader } from "./selection.ts";

/** Events of server-side SDKs (ld-relay, section 1.9). */
export function eventRoutes(environments: EdgeEnvironments, intake: Intake): Hono<EdgeBindings> {
  const routes = new Hono<EdgeBindings>();
  const select = selectByHeader(environments, "sdkKey");
  routes.post("/bulk", select, (c) =>
    intake.accept(c.var.selected.environment, "server-analytics", c.req.raw),
  );
  routes.post("/diagnostic", select, (c) =>
    intake.accept(c.var.selected.environment, "server-diagnostic", c.req.raw),
  );
  return routes;
}
