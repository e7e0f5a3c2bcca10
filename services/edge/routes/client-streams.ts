import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import type { EdgeEnvironment } from "../environments/edge-environment.ts";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import type { Exchange } from "../last-word.ts";
import { NodeReply } from "../reply/node-reply.ts";
import { askedIn } from "./asked.ts";
import { browserRoute } from "./browser.ts";
import { NO_DATA, refuse, refuseUnread } from "./client-refusal.ts";
import type { ContextBodies } from "./context-bodies.ts";
import { contextOf, isRefusal, type Question } from "./question.ts";
import { type EdgeBindings, environmentByHeader } from "./selection.ts";

type ClientViewer = "mobile" | "browser";
interface Asking extends Question {
  readonly selected: EdgeEnvironment;
  readonly viewer: ClientViewer;
}

/** The streams of mobile SDKs and browsers, with a context and without (ld-relay, sections 1.4 and 2). */
export function clientStreamRoutes(
  environments: EdgeEnvironments,
  bodies: ContextBodies,
): Hono<EdgeBindings> {
  const routes = new Hono<EdgeBindings>();
  const answer = async (
    c: Context<EdgeBindings>,
    selected: EdgeEnvironment,
    viewer: ClientViewer,
    common: Question["common"],
  ): Promise<Response> => {
    const asked = askedIn(c.env.incoming.url ?? "");
    const asking = { selected, viewer, asked, common };
    const base64 = c.req.param("context");
    if (c.req.method === "REPORT") await streamForBody({ ...asking, place: "body" }, bodies, c.env);
    else if (base64 !== undefined) streamFor({ ...asking, place: "path" }, base64, c.env.outgoing);
    else if (!selected.clientStream(viewer, c.env.outgoing, common))
      refuse(new NodeReply(c.env.outgoing), NO_DATA, common);
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

async function streamForBody(asking: Asking, bodies: ContextBodies, exchange: Exchange): Promise<void> {
  const text = await bodies.read(exchange.incoming);
  if (typeof text === "string") streamFor(asking, text, exchange.outgoing);
  else refuseUnread(exchange, text, asking.common);
}

/** `written` is the context, in base64 if it was in the path. */
function streamFor(asking: Asking, written: string, outgoing: Exchange["outgoing"]): void {
  const { selected, viewer, asked, common } = asking;
  const reply = new NodeReply(outgoing);
  if (!selected.hasData) refuse(reply, NO_DATA, common);
  else {
    const context = contextOf(asking, written);
    if (isRefusal(context)) refuse(reply, context, common);
    else selected.clientStream(viewer, outgoing, common, { context, withReasons: asked.withReasons });
  }
}
