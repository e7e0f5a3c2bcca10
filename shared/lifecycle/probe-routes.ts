import type { AdminAnswer, AdminRoute } from "./admin-route.ts";
import type { Health } from "./health.ts";

/** A route that needs nothing of the request. */
export interface ProbeRoute extends AdminRoute {
  answer(): AdminAnswer;
}

/**
 * The two questions of an orchestrator, for the admin listener and for any other port that should answer them:
 * `/healthz` (does the process run: always 200) and `/readyz` (200, or 503 with the reasons).
 */
export function probeRoutes(health: Health): readonly ProbeRoute[] {
  return [
    { method: "GET", path: "/healthz", answer: () => json(200, { status: "ok" }) },
    {
      method: "GET",
      path: "/readyz",
      answer: () => {
        const readiness = health.readiness();
        return json(readiness.ready ? 200 : 503, readiness);
      },
    },
  ];
}

function json(status: 200 | 503, body: object): AdminAnswer {
  const headers = { "Cache-Control": "no-store", "Content-Type": "application/json" };
  return { status, headers, body: JSON.stringify(body) };
}
