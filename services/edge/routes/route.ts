import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import { ANY_ORIGIN, type CorsHeaders, corsHeaders } from "../http/cors.ts";
import type { RouteCount, RouteCounts } from "../http/response/route-count.ts";
import type { ClientError } from "../requests/client-errors.ts";
import type { EndpointRequest } from "../requests/endpoint-request.ts";
import { lookUpEnvironment } from "../requests/environment-lookup.ts";
import { evaluationQuery } from "../requests/evaluation-query.ts";
import type { Endpoint, EnvironmentEndpoint, PublicEndpoint } from "./endpoint.ts";
import { type PathParameters, PathPattern } from "./path-pattern.ts";

/** What is read of a request before its environment is looked up. */
export interface RequestFacts {
  /** The path with the query, as it came. */
  readonly url: string;
  readonly authorization: string | undefined;
  readonly origin: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

/** What comes of looking an environment up: a request to answer, or a refusal with the headers that it carries. */
export type Resolved =
  | { readonly kind: "request"; readonly request: EndpointRequest }
  | { readonly kind: "refused"; readonly refusal: ClientError; readonly cors: CorsHeaders | undefined };

/** An endpoint as it is served. */
interface ServedRoute<Declared extends Endpoint> {
  readonly endpoint: Declared;
  readonly pattern: PathPattern;
  /** What its answers count as. */
  readonly count: RouteCount;
  /** What preflights of its path allow, as in `GET,OPTIONS`; `undefined`: there are none. */
  readonly corsMethods: string | undefined;
}

export type EnvironmentRoute = ServedRoute<EnvironmentEndpoint>;
export type PublicRoute = ServedRoute<PublicEndpoint>;
export type Route = EnvironmentRoute | PublicRoute;

/** Makes a route of each endpoint. */
export function routesOf(endpoints: readonly Endpoint[], counts: RouteCounts): readonly Route[] {
  return endpoints.map((endpoint) => {
    const pattern = new PathPattern(endpoint.path);
    const methods = endpoints
      .filter(({ path, access }) => path === endpoint.path && access.cors !== "none")
      .flatMap((each) => each.methods);
    const corsMethods = methods.length === 0 ? undefined : [...methods, "OPTIONS"].join(",");
    return { endpoint, pattern, count: counts.of(pattern.name), corsMethods } as Route;
  });
}

export function isEnvironmentRoute(route: Route): route is EnvironmentRoute {
  return route.endpoint.access.credential !== "none";
}

/** Finds the environment of a request for this route, which was found by its path. */
export function resolve(
  { endpoint, corsMethods }: EnvironmentRoute,
  environments: EdgeEnvironments,
  { url, authorization, origin, ifNoneMatch }: RequestFacts,
  { envId, context }: PathParameters,
): Resolved {
  const query = evaluationQuery(url);
  const shown = { authorization, envId, filter: query.filter };
  const lookup = lookUpEnvironment(environments, endpoint.access.credential, shown);
  const rules = lookup.selected?.environment ?? ANY_ORIGIN;
  const cors = corsMethods === undefined ? undefined : corsHeaders(rules, origin, corsMethods);
  if (lookup.kind === "refused") return { kind: "refused", refusal: lookup.refusal, cors };
  return { kind: "request", request: { selected: lookup.selected, query, context, ifNoneMatch, cors } };
}

/** The CORS headers of a preflight, also for an environment that does not exist: a page must be able to read the refusal that follows. */
export function preflightHeaders(
  { endpoint, corsMethods = "" }: Route,
  environments: EdgeEnvironments,
  origin: string | undefined,
  envId: string | undefined,
): CorsHeaders {
  const { credential, cors } = endpoint.access;
  if (credential === "none") return corsHeaders(cors === "none" ? ANY_ORIGIN : cors, origin, corsMethods);
  const selected = envId === undefined ? undefined : environments.find(credential, envId);
  return corsHeaders(selected?.environment ?? ANY_ORIGIN, origin, corsMethods);
}
