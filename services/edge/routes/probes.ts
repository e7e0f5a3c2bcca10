import { Hono } from "hono";
import type { ProbeRoute } from "../../../shared/lifecycle/probe-routes.ts";

/** The probes of the process on the port for SDKs: load balancers often look at the port that they send requests to. */
export function probeApp(routes: readonly ProbeRoute[]): Hono {
  const app = new Hono();
  for (const { path, answer } of routes)
    app.get(path, () => {
      const { status, headers, body } = answer();
      return new Response(body, { status, headers });
    });
  return app;
}
