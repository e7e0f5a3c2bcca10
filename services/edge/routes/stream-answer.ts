import type { EdgeEnvironment } from "../environments/edge-environment.ts";
import type { ResponseWriter } from "../http/response/response-writer.ts";
import { NO_DATA, respondError } from "../requests/client-errors.ts";
import { contextOf, type EvaluationRequest, isRefusal } from "../requests/evaluation-request.ts";
import type { ClientSdkKind } from "../streams/client/client-streams.ts";

/** A mobile SDK or a browser that asks for a stream. */
export interface StreamQuestion extends EvaluationRequest {
  readonly selected: EdgeEnvironment;
  readonly sdkKind: ClientSdkKind;
}

/** `written` is the context, in base64 if it was in the path; without one, the stream only says when to ask again. */
export function answerStream(
  request: StreamQuestion,
  written: string | undefined,
  response: ResponseWriter,
): void {
  const { selected, sdkKind, query, common } = request;
  if (!selected.hasData) return respondError(response, NO_DATA, common);
  if (written === undefined) {
    selected.clientStream(sdkKind, response, common);
    return;
  }
  const context = contextOf(request, written);
  if (isRefusal(context)) respondError(response, context, common);
  else selected.clientStream(sdkKind, response, common, { context, withReasons: query.withReasons });
}
