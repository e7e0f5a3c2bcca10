import type { ProbeRoute } from "../../../shared/lifecycle/probe-routes.ts";
import { type Endpoint, EVERYBODY } from "./endpoint.ts";

/** The probes of the process on the port for SDKs: load balancers often check the port that they send requests to. */
export function probeEndpoints(routes: readonly ProbeRoute[]): readonly Endpoint[] {
  return routes.map(({ path, answer }) => ({
    methods: ["GET", "HEAD"],
    path,
    access: EVERYBODY,
    handler: () => {
      const { status, headers, body } = answer();
      return new Response(body, { status, headers });
    },
  }));
}
