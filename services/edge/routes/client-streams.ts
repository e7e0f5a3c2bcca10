import { NodeResponseWriter } from "../http/response/node-response-writer.ts";
import type { ResponseWriter } from "../http/response/response-writer.ts";
import { NO_DATA, respondError, respondUnread } from "../requests/client-errors.ts";
import type { ContextBodies } from "../requests/context-body.ts";
import type { EndpointRequest } from "../requests/endpoint-request.ts";
import { contextOf, isRefusal } from "../requests/evaluation-request.ts";
import type { ClientSdkKind } from "../streams/client/client-streams.ts";
import type { EnvironmentHandler } from "./endpoint.ts";

/** A stream for a mobile SDK or a browser, for the context in the path, or without one (R1.4 and R2). */
export function clientStream(sdkKind: ClientSdkKind): EnvironmentHandler {
  return {
    kind: "writer",
    answer: (request, response) => {
      answerStream(request, sdkKind, { place: "path", written: request.context }, response);
      return true;
    },
  };
}

/** The same for the context in the body of a REPORT request. */
export function clientStreamOfBody(sdkKind: ClientSdkKind, bodies: ContextBodies): EnvironmentHandler {
  return {
    kind: "body",
    answer: async (request, exchange) => {
      const body = await bodies.read(exchange.incoming);
      if (typeof body !== "string") return respondUnread(exchange, body, request.cors ?? {});
      const response = new NodeResponseWriter(exchange.outgoing);
      answerStream(request, sdkKind, { place: "body", written: body }, response);
    },
  };
}

/** `written` is the context, in base64 if it was in the path; without one, the stream only says when to ask again. */
function answerStream(
  { selected, query, cors = {} }: EndpointRequest,
  sdkKind: ClientSdkKind,
  { place, written }: { readonly place: "path" | "body"; readonly written: string | undefined },
  response: ResponseWriter,
): void {
  if (!selected.hasData) return respondError(response, NO_DATA, cors);
  if (written === undefined) {
    selected.clientStream(sdkKind, response, cors);
    return;
  }
  const context = contextOf({ selected, sdkKind, query, place, common: cors }, written);
  if (isRefusal(context)) respondError(response, context, cors);
  else selected.clientStream(sdkKind, response, cors, { context, withReasons: query.withReasons });
}
