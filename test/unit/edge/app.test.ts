import { expect, it } from "vitest";
import { createApp } from "../../../services/edge/app.ts";
import { RouteCounts } from "../../../services/edge/http/response/route-count.ts";
import { type EndpointParts, endpoints } from "../../../services/edge/routes/endpoints.ts";
import { routesOf } from "../../../services/edge/routes/route.ts";
import { RecordedMetrics } from "../../support/recorded.ts";
import { silentLogger } from "../../support/silent-logger.ts";

it("has no two routes between which the router would have to choose, as that makes it slow for all", () => {
  // No request is made, so nobody is there to answer one.
  const nobody = {} as EndpointParts;
  const counts = new RouteCounts(new RecordedMetrics());
  const routes = routesOf(endpoints({ ...nobody, probes: [] }), counts);
  const app = createApp(routes, { environments: nobody.environments, counts, logger: silentLogger });
  app.router.match("GET", "/all");
  expect(app.router.name).toBe("SmartRouter + RegExpRouter");
});
