import type { EdgeEnvironment } from "../environments/edge-environment.ts";
import { EvaluationContext } from "../evaluation/context/evaluation-context.ts";
import { InvalidContext } from "../evaluation/context/invalid-context.ts";
import { NO_KEY } from "../evaluation/context/old-user.ts";
import { parseContext } from "../evaluation/context/parse-context.ts";
import type { SdkKind } from "../evaluation/view.ts";
import {
  BAD_CONTEXT_IN_PATH,
  badContext,
  type ClientError,
  NOT_BASE64,
  NOT_SIGNED,
} from "./client-errors.ts";
import { contextParam } from "./context-param.ts";
import type { EvaluationQuery } from "./evaluation-query.ts";
import { isSigned } from "./secure-mode.ts";

/** Who asks, of which environment, and what: all but the context. */
export interface EvaluationRequest {
  readonly selected: Pick<EdgeEnvironment, "environment" | "headers" | "sdkKeys" | "view">;
  readonly sdkKind: SdkKind;
  readonly query: EvaluationQuery;
  /** Where the context is. */
  readonly place: "path" | "body";
  /** What every answer carries, for example what CORS asks for; the same object for the same kind of request. */
  readonly common: Readonly<Record<string, string>>;
  /** What the client has of earlier answers, as its header says it. */
  readonly ifNoneMatch?: string | undefined;
}

/** SDKs with a key in a header are answered by it, which caches on the way must know. */
export const BY_KEY: EvaluationRequest["common"] = { Vary: "Authorization" };

/** Whether the request must show that somebody with the SDK key allows it (R1.5). */
export function mustBeSigned({ selected, sdkKind }: EvaluationRequest): boolean {
  return sdkKind === "browser" && selected.environment.secureMode;
}

/** The context, in base64 if it was in the path, or why it cannot be used. */
export function contextOf(request: EvaluationRequest, written: string): EvaluationContext | ClientError {
  const { selected, query, place } = request;
  const text = place === "path" ? contextParam(written) : written;
  if (text === undefined) return NOT_BASE64;
  let context: EvaluationContext;
  try {
    context = parseContext(text);
  } catch (error) {
    if (!(error instanceof InvalidContext)) throw error;
    return place === "body" || error.message === NO_KEY ? badContext(error.message) : BAD_CONTEXT_IN_PATH;
  }
  if (mustBeSigned(request) && !isSigned(context, query.hash, selected.sdkKeys)) return NOT_SIGNED;
  return context;
}

export function isRefusal(outcome: EvaluationContext | ClientError): outcome is ClientError {
  return !(outcome instanceof EvaluationContext);
}
