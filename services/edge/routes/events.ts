import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import type { PayloadKind } from "../../../shared/queue/event-job.ts";
import type { EdgeEnvironments } from "../edge-environments.ts";
import type { Intake } from "../intake/intake.ts";
import { type EdgeBindings, environmentByHeader } from "./selection.ts";

/**
 * Events of server-side and mobile SDKs (ld-relay, section 1.9). Each route is one handler without middleware, and
 * the intake answers by itself: under load either costs as much as all that the intake does.
 */
export function eventRoutes(environments: EdgeEnvironments, intake: Intake): Hono<EdgeBindings> {
  const routes = new Hono<EdgeBindings>();
  const post = (path: string, type: "sdkKey" | "mobileKey", kind: PayloadKind): void => {
    routes.post(path, (c) => {
      const selected = environmentByHeader(c, environments, type);
      if (selected instanceof Response) return selected;
      void intake.acceptPost(selected.environment, kind, c.env);
      return RESPONSE_ALREADY_SENT;
    });
  };
  post("/bulk", "sdkKey", "server-analytics");
  post("/diagnostic", "sdkKey", "server-diagnostic");
  for (const path of ["/mobile", "/mobile/events", "/mobile/events/bulk"])
    post(path, "mobileKey", "mobile-analytics");
  post("/mobile/events/diagnostic", "mobileKey", "mobile-diagnostic");
  return routes;
}
