import type { Logger } from "../../../shared/base/logger.ts";
import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import type { FastHandler } from "../http/fast-path/fast-path.ts";
import type { PlainGet } from "../http/fast-path/plain-get.ts";
import type { ResponseWriter } from "../http/response/response-writer.ts";
import { FAILED, respondError } from "../requests/client-errors.ts";
import { logFailedRequest } from "./failed-request.ts";
import { type EnvironmentRoute, isEnvironmentRoute, type Route, resolve } from "./route.ts";

/**
 * The routes of the fast path: GETs that are answered through a `ResponseWriter`, in their plain form and with a credential
 * that is known. All others are left to the app, which has the same handlers and says what is wrong.
 */
export function fastRoutes(
  routes: readonly Route[],
  environments: EdgeEnvironments,
  logger: Logger,
): FastHandler {
  const fast = routes.filter(isEnvironmentRoute).filter(isFast);
  return (get, response) => {
    try {
      return fast.some((route) => answers(route, environments, get, response));
    } catch (error) {
      logFailedRequest(logger, "GET", error);
      if (!response.over) respondError(response, FAILED, {});
      return true;
    }
  };
}

function isFast({ endpoint: { methods, handler } }: EnvironmentRoute): boolean {
  return methods.includes("GET") && handler.kind === "writer";
}

function answers(
  route: EnvironmentRoute,
  environments: EdgeEnvironments,
  { url, headers: { authorization, origin, ifNoneMatch } }: PlainGet,
  response: ResponseWriter,
): boolean {
  const { handler } = route.endpoint;
  const parameters = route.pattern.matchPlain(url);
  if (parameters === undefined || handler.kind !== "writer") return false;
  const resolved = resolve(route, environments, { url, authorization, origin, ifNoneMatch }, parameters);
  if (resolved.kind === "refused") return false;
  response.countAs(route.count);
  return handler.answer(resolved.request, response);
}
