import { Hono } from "hono";
import { expect, it } from "vitest";
import { type AppParts, createApp } from "../../../services/edge/app.ts";
import { RouteCounts } from "../../../services/edge/http/response/route-count.ts";
import { RecordedMetrics } from "../../support/recorded.ts";
import { silentLogger } from "../../support/silent-logger.ts";

it("has no two routes between which the router would have to choose, as that makes it slow for all", () => {
  // No request is made, so nobody is there to answer one.
  const nobody = {} as AppParts;
  const counts = new RouteCounts(new RecordedMetrics());
  const app = createApp({ ...nobody, counts, probes: new Hono(), logger: silentLogger });
  app.router.match("GET", "/all");
  expect(app.router.name).toBe("SmartRouter + RegExpRouter");
});
