import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import type { PayloadKind } from "../../../shared/queue/event-payload.ts";
import { credentialIn } from "../environments/credential-index.ts";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import type { ExpressLane } from "../http/fast-path/express-lane.ts";
import { countAs } from "../http/response/counted-response.ts";
import type { RouteCounts } from "../http/response/route-count.ts";
import type { Intake } from "../intake/intake.ts";
import { type EdgeBindings, environmentByHeader } from "../requests/environment-lookup.ts";

interface EventRoute {
  readonly type: "sdkKey" | "mobileKey";
  readonly kind: PayloadKind;
}

/** Where server-side and mobile SDKs post their events (R1.9). */
const EVENT_ROUTES: ReadonlyMap<string, EventRoute> = new Map<string, EventRoute>([
  ["/bulk", { type: "sdkKey", kind: "server-analytics" }],
  ["/diagnostic", { type: "sdkKey", kind: "server-diagnostic" }],
  ["/mobile", { type: "mobileKey", kind: "mobile-analytics" }],
  ["/mobile/events", { type: "mobileKey", kind: "mobile-analytics" }],
  ["/mobile/events/bulk", { type: "mobileKey", kind: "mobile-analytics" }],
  ["/mobile/events/diagnostic", { type: "mobileKey", kind: "mobile-diagnostic" }],
]);

/** Events of server-side and mobile SDKs. */
export function eventRoutes(environments: EdgeEnvironments, intake: Intake): Hono<EdgeBindings> {
  const routes = new Hono<EdgeBindings>();
  for (const [path, { type, kind }] of EVENT_ROUTES)
    routes.post(path, (c) => {
      const selected = environmentByHeader(c, environments, type);
      if (selected instanceof Response) return selected;
      void intake.acceptPost(selected.environment, kind, c.env);
      return RESPONSE_ALREADY_SENT;
    });
  return routes;
}

/**
 * A short way for what nearly all requests with events are: a POST to just such a path, with a credential that is
 * known. All others take the routes above, which do the same. The framework costs 8 µs a request, and the intake
 * without Redis 3.
 */
export function eventExpressLane(
  environments: EdgeEnvironments,
  intake: Intake,
  counts: RouteCounts,
): ExpressLane {
  return (incoming, outgoing) => {
    const route = incoming.method === "POST" ? EVENT_ROUTES.get(incoming.url ?? "") : undefined;
    const credential = route && credentialIn(incoming.headers.authorization);
    const selected = credential && environments.find(route.type, credential);
    if (!selected) return false;
    countAs(outgoing, counts.of(incoming.url ?? ""));
    void intake.acceptPost(selected.environment, route.kind, { incoming, outgoing });
    return true;
  };
}
