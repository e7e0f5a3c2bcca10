import { type CustomEvent, readCustom } from "./custom-event.ts";
import { type EvaluationEvent, readEvaluation } from "./evaluation-event.ts";
import { type IdentifyEvent, readIdentify } from "./identify-event.ts";
import { parsedOf, rawMembers } from "./json-text.ts";
import { isReadable } from "./readable.ts";

/** An event as an SDK that does not summarise sends it. */
export type InputEvent =
  | EvaluationEvent
  | CustomEvent
  | IdentifyEvent
  /** Of a kind that summaries do not concern: passed on as it is. */
  | { readonly kind: "other"; readonly text: string }
  /** No event, or one that says too little: LaunchDarkly could refuse all others because of it. */
  | { readonly kind: "unusable" };

/** Reads the JSON of one event, as the Go relay does (R8.4). */
export function readEvent(text: string): InputEvent {
  const members = isReadable(text) ? rawMembers(text) : undefined;
  const kind = members && parsedOf(members, "kind");
  if (members === undefined || typeof kind !== "string" || kind === "") return { kind: "unusable" };
  switch (kind) {
    case "feature":
      return readEvaluation(members) ?? { kind: "unusable" };
    case "custom":
      return readCustom(members) ?? { kind: "unusable" };
    case "identify":
      return readIdentify(members) ?? { kind: "unusable" };
    default:
      return { kind: "other", text };
  }
}
