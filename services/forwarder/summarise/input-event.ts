import { type CustomEvent, readCustom } from "./custom-event.ts";
import { type EvaluationEvent, readEvaluation } from "./evaluation-event.ts";
import { type IdentifyEvent, readIdentify } from "./identify-event.ts";
import { parsedOf, rawMembers } from "./json-text.ts";

/** An event as an SDK that does not summarise sends it. */
export type InputEvent =
  | EvaluationEvent
  | CustomEvent
  | IdentifyEvent
  /** Passed on as it is. */
  | { readonly kind: "other"; readonly text: string }
  /** An evaluation that says too little to be counted. */
  | { readonly kind: "unusable" };

/** Reads the JSON of one event. */
export function readEvent(text: string): InputEvent {
  const other = { kind: "other", text } as const;
  const members = rawMembers(text);
  if (members === undefined) return other;
  switch (parsedOf(members, "kind")) {
    case "feature":
      return readEvaluation(members) ?? { kind: "unusable" };
    case "custom":
      return readCustom(members) ?? other;
    case "identify":
      return readIdentify(members) ?? other;
    default:
      return other;
  }
}
