import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, type Handler, Hono } from "hono";
import { getPath } from "hono/utils/url";
import type { Logger } from "../../shared/base/logger.ts";
import type { EdgeEnvironments } from "./environments/edge-environments.ts";
import { PLAIN_TEXT } from "./http/plain-text.ts";
import { countAs } from "./http/response/counted-response.ts";
import { NodeResponseWriter } from "./http/response/node-response-writer.ts";
import type { RouteCounts } from "./http/response/route-count.ts";
import { NO_DATA } from "./requests/client-errors.ts";
import { factsOf } from "./routes/direct-posts.ts";
import type { EdgeBindings } from "./routes/endpoint.ts";
import { logFailedRequest } from "./routes/failed-request.ts";
import { refuse } from "./routes/refuse.ts";
import {
  type EnvironmentRoute,
  isEnvironmentRoute,
  type PublicRoute,
  preflightHeaders,
  type Route,
  resolve,
} from "./routes/route.ts";

type App = Hono<EdgeBindings>;
type AppContext = Context<EdgeBindings>;

/** What all routes are served with. */
export interface AppParts {
  readonly environments: EdgeEnvironments;
  readonly counts: RouteCounts;
  readonly logger: Logger;
}

/**
 * Serves all routes, their preflights, and what no route takes: 405 without a body for a known path with another method,
 * else 404 (R1.1).
 *
 * Hono takes its slow router for all paths where some leave it a choice: 1.3 µs instead of 0.1. So each app holds paths
 * that leave none, and asks the next one for what it does not know; the last, which answers 405 and 404, may be slow.
 */
export function createApp(routes: readonly Route[], parts: AppParts): App {
  const apps = withoutChoice(routes).map((group) => {
    const app = emptyApp();
    for (const route of group) serve(app, route, parts);
    return app;
  });
  const all = [...apps, unservedApp(routes, parts)];
  for (const [index, app] of all.entries()) {
    const next = all[index + 1];
    if (next !== undefined) app.notFound((c) => next.fetch(c.req.raw, c.env));
    app.onError((error, c) => {
      logFailedRequest(parts.logger, c.req.method, error);
      return c.json({ message: "internal error" }, 500);
    });
  }
  const [first] = all;
  if (first === undefined) throw new Error("there is always an app for unknown paths");
  return first;
}

function emptyApp(): App {
  return new Hono<EdgeBindings>({ getPath: servedPath });
}

/**
 * The path that a request means: doubled slashes and one at the end are an SDK's base URI, not another place.
 * Served, never redirected: a redirect loses a POST's body and kills some SDKs (R1.1).
 */
function servedPath(request: Request): string {
  const path = getPath(request);
  if (!path.includes("//") && !path.endsWith("/")) return path;
  return path.replace(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "");
}

/** As few groups as it takes for none to have two paths between which a router would have to choose. */
function withoutChoice(routes: readonly Route[]): readonly (readonly Route[])[] {
  const groups: Route[][] = [];
  for (const route of routes) {
    const group = groups.find((others) =>
      others.every(({ pattern }) => !pattern.isAmbiguousBeside(route.pattern)),
    );
    if (group === undefined) groups.push([route]);
    else group.push(route);
  }
  return groups;
}

function serve(app: App, route: Route, parts: AppParts): void {
  const { endpoint, pattern, count, corsMethods } = route;
  const answer = isEnvironmentRoute(route) ? answerOf(route, parts) : publicAnswerOf(route, parts);
  const handle: Handler<EdgeBindings> = (c) => {
    countAs(c.env.outgoing, count);
    // Hono takes HEAD for GET, and would open a stream for it.
    const isServed = c.req.method !== "HEAD" || endpoint.methods.includes("HEAD");
    return isServed ? answer(c) : c.body(null, 405);
  };
  app.on([...endpoint.methods], pattern.hono, handle);
  if (corsMethods === undefined) return;
  app.options(pattern.hono, (c) => {
    countAs(c.env.outgoing, parts.counts.preflight);
    return c.body(null, 200, { ...corsOf(c, route, parts) });
  });
}

type Answer = (c: AppContext) => Response | Promise<Response>;

/** Finds the environment, and lets the endpoint's handler answer. */
function answerOf(route: EnvironmentRoute, { environments }: AppParts): Answer {
  const { handler } = route.endpoint;
  return (c) => {
    const parameters = { envId: envIdOf(c, route), context: c.req.param("context") };
    const resolved = resolve(route, environments, factsOf(c.env.incoming), parameters);
    if (resolved.kind === "refused") return refuse(c, resolved.refusal, resolved.cors);
    const { request } = resolved;
    switch (handler.kind) {
      case "page":
        return handler.answer(request, c);
      case "writer":
        return handler.answer(request, new NodeResponseWriter(c.env.outgoing))
          ? RESPONSE_ALREADY_SENT
          : refuse(c, NO_DATA, request.cors);
      case "body":
        return alreadySent(handler.answer(request, c.env));
    }
  };
}

function publicAnswerOf(route: PublicRoute, parts: AppParts): Answer {
  const { handler } = route.endpoint;
  return (c) => handler(c, route.corsMethods === undefined ? undefined : corsOf(c, route, parts));
}

function corsOf(c: AppContext, route: Route, { environments }: AppParts) {
  return preflightHeaders(route, environments, c.req.header("origin"), envIdOf(c, route));
}

function envIdOf(c: AppContext, { pattern }: Route): string | undefined {
  const segment = c.req.param("envId");
  return segment === undefined ? undefined : pattern.envIdIn(segment);
}

function alreadySent(answered: void | Promise<void>): Response | Promise<Response> {
  return answered === undefined ? RESPONSE_ALREADY_SENT : answered.then(() => RESPONSE_ALREADY_SENT);
}

/** What answers a request that no route serves. Apart, so that a route that is served is found alone, without these beside it. */
function unservedApp(routes: readonly Route[], { counts }: AppParts): App {
  const app = emptyApp();
  for (const [path, count] of new Map(routes.map(({ pattern, count }) => [pattern.hono, count])))
    app.all(path, (c) => {
      countAs(c.env.outgoing, count);
      return c.body(null, 405);
    });
  app.notFound((c) => {
    countAs(c.env.outgoing, counts.unknown);
    return c.body("404 page not found\n", 404, PLAIN_TEXT);
  });
  return app;
}
