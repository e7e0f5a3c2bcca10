import type { EdgeEnvironment } from "../environments/edge-environment.ts";
import { EvaluationContext } from "../evaluation/context/evaluation-context.ts";
import { InvalidContext } from "../evaluation/context/invalid-context.ts";
import { NO_KEY } from "../evaluation/context/old-user.ts";
import { parseContext } from "../evaluation/context/parse-context.ts";
import type { Viewer } from "../evaluation/view.ts";
import type { Asked } from "./asked.ts";
import {
  BAD_CONTEXT_IN_PATH,
  badContext,
  type ClientRefusal,
  NOT_BASE64,
  NOT_SIGNED,
} from "./client-refusal.ts";
import { contextText } from "./context-text.ts";
import { isSigned } from "./secure-mode.ts";

/** Who asks, of which environment, and what: all but the context. */
export interface Question {
  readonly selected: Pick<EdgeEnvironment, "environment" | "headers" | "view">;
  readonly viewer: Viewer;
  readonly asked: Asked;
  /** Where the context is. */
  readonly place: "path" | "body";
  /** What every answer carries, for example what CORS asks for; the same object for the same kind of request. */
  readonly common: Readonly<Record<string, string>>;
  /** What the client has of earlier answers, as its header says it. */
  readonly ifNoneMatch?: string | undefined;
}

/** SDKs with a key in a header are answered by it, which caches on the way must know. */
export const BY_KEY: Question["common"] = { Vary: "Authorization" };

/** Whether the request must show that somebody with the SDK key allows it (R1.5). */
export function mustBeSigned({ selected, viewer }: Question): boolean {
  return viewer === "browser" && selected.environment.secureMode;
}

/** The context, in base64 if it was in the path, or why it cannot be used. */
export function contextOf(question: Question, written: string): EvaluationContext | ClientRefusal {
  const { selected, asked, place } = question;
  const text = place === "path" ? contextText(written) : written;
  if (text === undefined) return NOT_BASE64;
  let context: EvaluationContext;
  try {
    context = parseContext(text);
  } catch (error) {
    if (!(error instanceof InvalidContext)) throw error;
    return place === "body" || error.message === NO_KEY ? badContext(error.message) : BAD_CONTEXT_IN_PATH;
  }
  const { sdkKey } = selected.environment.credentials;
  if (mustBeSigned(question) && !isSigned(context, asked.hash, [sdkKey])) return NOT_SIGNED;
  return context;
}

export function isRefusal(outcome: EvaluationContext | ClientRefusal): outcome is ClientRefusal {
  return !(outcome instanceof EvaluationContext);
}
