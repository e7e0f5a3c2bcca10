import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import type { EdgeEnvironment } from "../environments/edge-environment.ts";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import type { Exchange } from "../http/response/early-response.ts";
import { NodeResponseWriter } from "../http/response/node-response-writer.ts";
import { respondUnread } from "../requests/client-errors.ts";
import type { ContextBodies } from "../requests/context-body.ts";
import { type EdgeBindings, environmentByHeader } from "../requests/environment-lookup.ts";
import { evaluationQuery } from "../requests/evaluation-query.ts";
import type { EvaluationRequest } from "../requests/evaluation-request.ts";
import type { ClientSdkKind } from "../streams/client/client-streams.ts";
import { browserRoute } from "./browser.ts";
import { answerStream, type StreamQuestion } from "./stream-answer.ts";

/** The streams of mobile SDKs and browsers, with a context and without (R1.4 and R2). */
export function clientStreamRoutes(
  environments: EdgeEnvironments,
  bodies: ContextBodies,
): Hono<EdgeBindings> {
  const routes = new Hono<EdgeBindings>();
  const answer = async (
    c: Context<EdgeBindings>,
    selected: EdgeEnvironment,
    sdkKind: ClientSdkKind,
    common: EvaluationRequest["common"],
  ): Promise<Response> => {
    const query = evaluationQuery(c.env.incoming.url ?? "");
    const who = { selected, sdkKind, query, common };
    if (c.req.method === "REPORT") await answerBody({ ...who, place: "body" }, bodies, c.env);
    else
      answerStream({ ...who, place: "path" }, c.req.param("context"), new NodeResponseWriter(c.env.outgoing));
    return RESPONSE_ALREADY_SENT;
  };
  const mobile = (method: "GET" | "REPORT", path: string): void => {
    routes.on(method, path, (c) => {
      const selected = environmentByHeader(c, environments, "mobileKey");
      return selected instanceof Response ? selected : answer(c, selected, "mobile", {});
    });
  };
  const browser = (method: "GET" | "REPORT", path: string): void => {
    browserRoute(routes, environments, method, path, (c, selected, cors) =>
      answer(c, selected, "browser", cors),
    );
  };
  mobile("GET", "/mping");
  mobile("GET", "/meval/:context{[^]+}");
  mobile("REPORT", "/meval");
  browser("GET", "/ping/:envId");
  browser("GET", "/eval/:envId/:context{[^]+}");
  browser("REPORT", "/eval/:envId");
  return routes;
}

async function answerBody(request: StreamQuestion, bodies: ContextBodies, exchange: Exchange): Promise<void> {
  const body = await bodies.read(exchange.incoming);
  if (typeof body === "string") answerStream(request, body, new NodeResponseWriter(exchange.outgoing));
  else respondUnread(exchange, body, request.common);
}
