import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import type { SdkKind } from "../evaluation/view.ts";
import { NodeResponseWriter } from "../http/response/node-response-writer.ts";
import { type EdgeBindings, environmentByHeader } from "../requests/environment-lookup.ts";
import { evaluationQuery } from "../requests/evaluation-query.ts";
import { BY_KEY, type EvaluationRequest } from "../requests/evaluation-request.ts";
import type { EvaluationResponder } from "../results/evaluation-responder.ts";
import { browserRoute } from "./browser.ts";

/** The names of the last part of the paths, today's and that of SDKs which knew only users (R1.4). */
const NAMES = [
  { path: "contexts", body: "context" },
  { path: "users", body: "user" },
];
/** A context in the standard alphabet of base64 may have slashes. */
const CONTEXT = ":context{[^]+}";

/** The results of all flags for a context, for mobile SDKs and browsers (R1.5 and R1.6). */
export function clientEvaluationRoutes(
  environments: EdgeEnvironments,
  responder: EvaluationResponder,
): Hono<EdgeBindings> {
  const routes = byKey(environments, responder, "/msdk/evalx", "mobileKey", "mobile");
  const browser = (method: "GET" | "REPORT", path: string): void => {
    browserRoute(routes, environments, method, `/sdk/evalx/:envId/${path}`, (c, selected, cors) =>
      answer(c, responder, { selected, sdkKind: "browser", common: cors }),
    );
  };
  for (const { path, body } of NAMES) {
    browser("GET", `${path}/${CONTEXT}`);
    browser("REPORT", body);
  }
  return routes;
}

/** The same for whoever has an SDK key, which only relays offer. */
export function serverEvaluationRoutes(
  environments: EdgeEnvironments,
  responder: EvaluationResponder,
): Hono<EdgeBindings> {
  return byKey(environments, responder, "/sdk/evalx", "sdkKey", "server");
}

function byKey(
  environments: EdgeEnvironments,
  responder: EvaluationResponder,
  base: string,
  type: "sdkKey" | "mobileKey",
  sdkKind: SdkKind,
): Hono<EdgeBindings> {
  const routes = new Hono<EdgeBindings>();
  const handle = (c: Context<EdgeBindings>): Response => {
    const selected = environmentByHeader(c, environments, type);
    return selected instanceof Response
      ? selected
      : answer(c, responder, { selected, sdkKind: sdkKind, common: BY_KEY });
  };
  for (const { path, body } of NAMES) {
    routes.get(`${base}/${path}/${CONTEXT}`, handle);
    routes.on("REPORT", `${base}/${body}`, handle);
  }
  return routes;
}

/** Lets the desk answer. */
function answer(
  c: Context<EdgeBindings>,
  responder: EvaluationResponder,
  who: Pick<EvaluationRequest, "selected" | "sdkKind" | "common">,
): Response {
  const query = evaluationQuery(c.env.incoming.url ?? "");
  const ifNoneMatch = c.req.header("if-none-match");
  const base64 = c.req.param("context");
  if (base64 === undefined)
    void responder.answerBody({ ...who, query: query, ifNoneMatch, place: "body" }, c.env);
  else
    responder.answerPath(
      { ...who, query: query, ifNoneMatch, place: "path" },
      base64,
      new NodeResponseWriter(c.env.outgoing),
    );
  return RESPONSE_ALREADY_SENT;
}
