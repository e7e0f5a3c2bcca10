import { ServerResponse } from "node:http";
import type { RouteCount } from "./route-count.ts";

const ROUTE = Symbol("route");
type CountedResponse = ServerResponse & { [ROUTE]?: RouteCount };

/** Lets what this is answered with count for `route`; the last call before the head goes out is the one that counts. */
export function countAs(outgoing: CountedResponse, route: RouteCount): void {
  // Every head goes through this method, also those that Node writes when a body begins without one.
  if (outgoing[ROUTE] === undefined) outgoing.writeHead = countedHead as ServerResponse["writeHead"];
  outgoing[ROUTE] = route;
}

/** One function for all responses. */
function countedHead(
  this: CountedResponse,
  ...head: Parameters<ServerResponse["writeHead"]>
): ServerResponse {
  ServerResponse.prototype.writeHead.apply(this, head);
  this[ROUTE]?.answered(this.statusCode);
  return this;
}
