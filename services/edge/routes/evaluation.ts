import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import type { Viewer } from "../evaluation/view.ts";
import { NodeReply } from "../reply/node-reply.ts";
import { askedIn } from "./asked.ts";
import { browserRoute } from "./browser.ts";
import type { EvaluationDesk } from "./evaluation-desk.ts";
import { BY_KEY, type Question } from "./question.ts";
import { type EdgeBindings, environmentByHeader } from "./selection.ts";

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
  desk: EvaluationDesk,
): Hono<EdgeBindings> {
  const routes = byKey(environments, desk, "/msdk/evalx", "mobileKey", "mobile");
  const browser = (method: "GET" | "REPORT", path: string): void => {
    browserRoute(routes, environments, method, `/sdk/evalx/:envId/${path}`, (c, selected, cors) =>
      answer(c, desk, { selected, viewer: "browser", common: cors }),
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
  desk: EvaluationDesk,
): Hono<EdgeBindings> {
  return byKey(environments, desk, "/sdk/evalx", "sdkKey", "server");
}

function byKey(
  environments: EdgeEnvironments,
  desk: EvaluationDesk,
  base: string,
  type: "sdkKey" | "mobileKey",
  viewer: Viewer,
): Hono<EdgeBindings> {
  const routes = new Hono<EdgeBindings>();
  const handle = (c: Context<EdgeBindings>): Response => {
    const selected = environmentByHeader(c, environments, type);
    return selected instanceof Response ? selected : answer(c, desk, { selected, viewer, common: BY_KEY });
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
  desk: EvaluationDesk,
  who: Pick<Question, "selected" | "viewer" | "common">,
): Response {
  const asked = askedIn(c.env.incoming.url ?? "");
  const ifNoneMatch = c.req.header("if-none-match");
  const base64 = c.req.param("context");
  if (base64 === undefined) void desk.answerBody({ ...who, asked, ifNoneMatch, place: "body" }, c.env);
  else desk.answerPath({ ...who, asked, ifNoneMatch, place: "path" }, base64, new NodeReply(c.env.outgoing));
  return RESPONSE_ALREADY_SENT;
}
