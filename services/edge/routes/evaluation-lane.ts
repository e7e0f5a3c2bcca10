import type { EdgeEnvironments } from "../environments/edge-environments.ts";
import type { PlainLane } from "../http/fast-path/fast-path.ts";
import type { RouteCount, RouteCounts } from "../http/response/route-count.ts";
import { BY_KEY } from "../requests/evaluation-request.ts";
import type { EvaluationResponder } from "../results/evaluation-responder.ts";
import { plainClient } from "./plain-client.ts";

/** A browser's or a mobile SDK's request in its usual form: nothing escaped, and the URL-safe alphabet. */
const USUAL = /^\/(?:sdk\/evalx\/([\w.-]+)|msdk\/evalx)\/(contexts|users)\/([\w-]+)(?:\?|$)/;

/**
 * A short way for what nearly all requests of mobile SDKs and browsers are: a context in the path, with a credential
 * that is known. All others take the routes of the app, which do the same.
 */
export function evaluationLane(
  environments: EdgeEnvironments,
  responder: EvaluationResponder,
  counts: RouteCounts,
): PlainLane {
  const countsUnder = (base: string): ReadonlyMap<string, RouteCount> =>
    new Map(["contexts", "users"].map((name) => [name, counts.of(`${base}/${name}/{context}`)]));
  const [browsers, mobiles] = [countsUnder("/sdk/evalx/{envId}"), countsUnder("/msdk/evalx")];
  return (get, response) => {
    const usual = USUAL.exec(get.url);
    if (usual === null) return false;
    const [, envId, name = "", base64 = ""] = usual;
    const client = plainClient(environments, envId, get);
    if (client === undefined) return false;
    const { selected, sdkKind, query, cors: common = BY_KEY } = client;
    const { ifNoneMatch } = get.headers;
    response.countAs((envId === undefined ? mobiles : browsers).get(name) ?? counts.unknown);
    responder.answerPath(
      { selected, sdkKind: sdkKind, query: query, ifNoneMatch, place: "path", common },
      base64,
      response,
    );
    return true;
  };
}
