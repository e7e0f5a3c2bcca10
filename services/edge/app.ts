import { Hono, type MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { getPath } from "hono/utils/url";
import type { Clock } from "../../shared/base/clock.ts";
import { describeError } from "../../shared/base/errors.ts";
import type { Logger } from "../../shared/base/logger.ts";
import type { EdgeEnvironments } from "./environments/edge-environments.ts";
import type { Goals } from "./goals/goals.ts";
import { countAs } from "./http/response/counted-response.ts";
import type { RouteCounts } from "./http/response/route-count.ts";
import type { Intake } from "./intake/intake.ts";
import type { ContextBodies } from "./requests/context-body.ts";
import type { EdgeBindings } from "./requests/environment-lookup.ts";
import type { EvaluationResponder } from "./results/evaluation-responder.ts";
import { browserEventRoutes } from "./routes/browser-events.ts";
import { clientStreamRoutes } from "./routes/client-streams.ts";
import { clientEvaluationRoutes, serverEvaluationRoutes } from "./routes/evaluation.ts";
import { eventRoutes } from "./routes/events.ts";
import { fdv2FallbackRoutes } from "./routes/fdv2-fallback.ts";
import { goalsRoutes } from "./routes/goals.ts";
import { phpRoutes } from "./routes/php.ts";
import { serverSdkRoutes } from "./routes/server-sdk.ts";
import { statusRoutes } from "./routes/status.ts";
import type { RelayFacts } from "./status/status-report.ts";

/** What the routes work with. */
export interface AppParts {
  readonly counts: RouteCounts;
  readonly environments: EdgeEnvironments;
  readonly intake: Intake;
  readonly responder: EvaluationResponder;
  readonly bodies: ContextBodies;
  readonly goals: Goals;
  readonly probes: Hono;
  readonly facts: RelayFacts;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Every route of the edge. */
export function createApp({
  counts,
  environments,
  intake,
  responder,
  bodies,
  goals,
  probes,
  facts,
  clock,
  logger,
}: AppParts): Hono<EdgeBindings> {
  const app = emptyApp(counts);
  app.route("/", serverSdkRoutes(environments));
  app.route("/", phpRoutes(environments, clock));
  app.route("/", eventRoutes(environments, intake));
  app.route("/", browserEventRoutes(environments, intake));
  app.route("/", clientEvaluationRoutes(environments, responder));
  app.route("/", clientStreamRoutes(environments, bodies));
  app.route("/", goalsRoutes(environments, goals));
  app.route("/", fdv2FallbackRoutes());
  app.route("/", statusRoutes(environments, facts, clock));
  app.route("/", probes);
  // Their paths are also those of environments named `contexts`, and where paths leave a choice Hono takes its slow
  // router, for all that it knows: 1.3 µs instead of 0.1. So they are apart.
  const more = emptyApp(counts).route("/", serverEvaluationRoutes(environments, responder));
  const unserved = unservedRoutes([app, more], counts);
  app.notFound((c) => more.fetch(c.req.raw, c.env));
  more.notFound((c) => unserved.fetch(c.req.raw, c.env));
  for (const each of [app, more])
    each.onError((error, c) => {
      logger.error("a request failed, answering 500", {
        event: "request.failed",
        method: c.req.method,
        error: describeError(error),
      });
      return c.json({ message: "internal error" }, 500);
    });
  return app;
}

function emptyApp(counts: RouteCounts): Hono<EdgeBindings> {
  return new Hono<EdgeBindings>({ getPath: servedPath })
    .use(EVERY_PATH, countRoutes(counts))
    .get(EVERY_PATH, refuseHead);
}

/** Lets each answer count for the route that was found. */
function countRoutes(counts: RouteCounts): MiddlewareHandler<EdgeBindings> {
  return (c, next) => {
    const route = matchedRoutes(c).find(({ path }) => path !== EVERY_PATH);
    if (route !== undefined)
      countAs(c.env.outgoing, c.req.method === "OPTIONS" ? counts.preflight : counts.of(route.path));
    return next();
  };
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

const EVERY_PATH = "/*";

/** What health checkers may ask with HEAD. */
const PROBES: readonly string[] = ["/healthz", "/readyz"];

/**
 * Hono would treat HEAD as GET, and open a stream for it; the Go relay refuses it wherever there is something, and
 * knows unknown paths as such (R1.1).
 */
const refuseHead: MiddlewareHandler = async (c, next) => {
  if (c.req.method !== "HEAD" || PROBES.includes(c.req.path)) return next();
  const known = matchedRoutes(c).some(({ path }) => path !== EVERY_PATH);
  return known ? c.body(null, 405) : next();
};

/**
 * What answers a request that no route serves: 405 without a body for a known path with another method, else 404
 * (R1.1). Apart, so that a route that is served is found alone, without these beside it.
 */
function unservedRoutes(apps: readonly Hono<EdgeBindings>[], counts: RouteCounts): Hono<EdgeBindings> {
  const unserved = new Hono<EdgeBindings>({ getPath: servedPath });
  const paths = new Set(
    apps.flatMap(({ routes }) => routes.map(({ path }) => path)).filter((path) => path !== EVERY_PATH),
  );
  for (const path of paths) {
    const route = counts.of(path);
    unserved.all(path, (c) => {
      countAs(c.env.outgoing, route);
      return c.body(null, 405);
    });
  }
  unserved.notFound((c) =>
    c.body("404 page not found\n", 404, {
      "Content-Type": "text/plain; charset=utf-8",
      "X-Content-Type-Options": "nosniff",
    }),
  );
  return unserved;
}
