import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import { NodeResponseWriter } from "../http/response/node-response-writer.ts";
import type { StreamView } from "../protocol/fdv1/flag-messages.ts";
import { type EdgeBindings, NOT_INITIALIZED, plain, selectByHeader } from "../requests/environment-lookup.ts";
import { answerPoll } from "./poll-answer.ts";

/** Server-side SDKs: `/all`, the old `/flags`, and polling (R2, S1). */
export function serverSdkRoutes(environments: EdgeEnvironments): Hono<EdgeBindings> {
  const routes = new Hono<EdgeBindings>();
  const select = selectByHeader(environments, "sdkKey");
  const stream = (path: string, view: StreamView): void => {
    routes.get(path, select, (c) =>
      c.var.selected.stream(view, new NodeResponseWriter(c.env.outgoing))
        ? RESPONSE_ALREADY_SENT
        : plain(c, NOT_INITIALIZED, 503),
    );
  };
  stream("/all", "all");
  stream("/flags", "flags");
  routes.get("/sdk/latest-all", select, (c) => answerPoll(c, (encoded) => encoded.all));
  return routes;
}
