import type { IncomingMessage, ServerResponse } from "node:http";

/** Takes a request over, or leaves it alone and says so with `false`. */
export type ExpressLane = (incoming: IncomingMessage, outgoing: ServerResponse) => boolean;

/** One after the other, until one takes the request over. */
export function lanes(...all: readonly ExpressLane[]): ExpressLane {
  return (incoming, outgoing) => all.some((lane) => lane(incoming, outgoing));
}
