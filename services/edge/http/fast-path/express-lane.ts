import type { IncomingMessage, ServerResponse } from "node:http";
import { countAs } from "../response/counted-response.ts";
import { NodeResponseWriter } from "../response/node-response-writer.ts";
import type { RouteCount } from "../response/route-count.ts";
import type { PlainLane } from "./fast-path.ts";

/** Takes a request over, or leaves it alone and says so with `false`. */
export type ExpressLane = (incoming: IncomingMessage, outgoing: ServerResponse) => boolean;

/** One after the other, until one takes the request over. */
export function lanes(...all: readonly ExpressLane[]): ExpressLane {
  return (incoming, outgoing) => all.some((lane) => lane(incoming, outgoing));
}

/** Takes nothing: until somebody who does says otherwise, requests count as this one. */
export function countingLane(route: RouteCount): ExpressLane {
  return (_, outgoing) => {
    countAs(outgoing, route);
    return false;
  };
}

/** The way of plain requests for those that came through Node's HTTP server. */
export function expressOf(plain: PlainLane): ExpressLane {
  return ({ method, url = "", headers }, outgoing) => {
    if (method !== "GET") return false;
    const { authorization, origin, "if-none-match": ifNoneMatch } = headers;
    return plain({ url, headers: { authorization, origin, ifNoneMatch } }, new NodeResponseWriter(outgoing));
  };
}
