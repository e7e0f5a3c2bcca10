import type { EdgeEnvironment } from "../environments/edge-environment.ts";
import type { Reply } from "../reply/reply.ts";
import type { ClientViewer } from "../streams/client/client-streams.ts";
import { NO_DATA, refuse } from "./client-refusal.ts";
import { contextOf, isRefusal, type Question } from "./question.ts";

/** A mobile SDK or a browser that asks for a stream. */
export interface StreamQuestion extends Question {
  readonly selected: EdgeEnvironment;
  readonly viewer: ClientViewer;
}

/** `written` is the context, in base64 if it was in the path; without one, the stream only says when to ask again. */
export function answerStream(question: StreamQuestion, written: string | undefined, reply: Reply): void {
  const { selected, viewer, asked, common } = question;
  if (!selected.hasData) return refuse(reply, NO_DATA, common);
  if (written === undefined) {
    selected.clientStream(viewer, reply, common);
    return;
  }
  const context = contextOf(question, written);
  if (isRefusal(context)) refuse(reply, context, common);
  else selected.clientStream(viewer, reply, common, { context, withReasons: asked.withReasons });
}
