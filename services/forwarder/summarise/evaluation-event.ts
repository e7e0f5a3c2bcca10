import { isDeepStrictEqual } from "node:util";
import { contextOf, type DescribedContext } from "./described-context.ts";
import { samplingRatioText } from "./event-fields.ts";
import type { FlagFacts } from "./flag-facts.ts";
import { hasTypes, isTime, objectText, parsedOf, type RawMembers, textOf } from "./json-text.ts";

/** A `feature` event: somebody was given a value of a flag. Its texts are raw JSON. */
export interface EvaluationEvent {
  readonly kind: "evaluation";
  readonly flag: string;
  readonly context: DescribedContext;
  readonly creationDate: number;
  readonly value: string;
  readonly default: string;
  readonly variation: string | undefined;
  /** `undefined`: the SDK did not know the flag. */
  readonly version: string | undefined;
  readonly excludeFromSummaries: boolean;
  readonly tracking: Tracking | undefined;
  /** All that came. */
  readonly members: RawMembers;
}

/** Where an evaluation goes beside the summary; what an SDK does not say is asked of the flag. */
interface Tracking {
  readonly trackEvents: boolean;
  readonly debugEventsUntilDate: number | undefined;
}

/** What may be left out, and must be right where it is not. */
const OPTIONAL = {
  version: "number",
  variation: "number",
  trackEvents: "boolean",
  debugEventsUntilDate: "time",
  reason: "object",
  prereqOf: "string",
  samplingRatio: "number",
  excludeFromSummaries: "boolean",
} as const;

/** The event, or nothing if it does not say which flag, to whom and when, or has a field of the wrong type. */
export function readEvaluation(members: RawMembers): EvaluationEvent | undefined {
  const flag = parsedOf(members, "key");
  const creationDate = parsedOf(members, "creationDate");
  const context = contextOf(members);
  if (typeof flag !== "string" || !isTime(creationDate) || context === undefined) return undefined;
  if (!hasTypes(members, OPTIONAL)) return undefined;
  return {
    kind: "evaluation",
    ...{ flag, context, creationDate, members },
    value: members.get("value") ?? "null",
    default: members.get("default") ?? "null",
    variation: textOf(members, "variation"),
    version: textOf(members, "version"),
    excludeFromSummaries: parsedOf(members, "excludeFromSummaries") === true,
    tracking: trackingOf(members),
  };
}

/** Whether the flag has to be looked up before the event can be summarised (R8.4). */
export function needsFlag(event: EvaluationEvent, schema: number): boolean {
  return event.version !== undefined && (event.tracking === undefined || needsVariation(event, schema));
}

/** The event, with what its SDK did not say and the flag does. */
export function withFlag(event: EvaluationEvent, flag: FlagFacts, schema: number): EvaluationEvent {
  const tracking = event.tracking ?? flag;
  return needsVariation(event, schema)
    ? { ...event, tracking, variation: variationOf(event.value, flag) }
    : { ...event, tracking };
}

/** The full event, as `feature` or as `debug`. */
export function evaluationText(kind: "feature" | "debug", event: EvaluationEvent): string {
  const { members, context, variation, version } = event;
  return objectText({
    kind: JSON.stringify(kind),
    creationDate: members.get("creationDate"),
    key: members.get("key"),
    version,
    variation,
    value: event.value,
    default: event.default,
    context: context.text,
    reason: textOf(members, "reason"),
    prereqOf: textOf(members, "prereqOf"),
    samplingRatio: samplingRatioText(members),
  });
}

function trackingOf(members: RawMembers): Tracking | undefined {
  const trackEvents = parsedOf(members, "trackEvents");
  const debugEventsUntilDate = parsedOf(members, "debugEventsUntilDate");
  if (trackEvents === undefined && debugEventsUntilDate === undefined) return undefined;
  return {
    trackEvents: trackEvents === true,
    debugEventsUntilDate: typeof debugEventsUntilDate === "number" ? debugEventsUntilDate : undefined,
  };
}

/** SDKs of the first schema say what value they gave, not which variation that was. */
function needsVariation({ variation }: EvaluationEvent, schema: number): boolean {
  return schema === 1 && variation === undefined;
}

function variationOf(value: string, { variations }: FlagFacts): string | undefined {
  const given: unknown = JSON.parse(value);
  const index = variations.findIndex((variation) => isDeepStrictEqual(variation, given));
  return index === -1 ? undefined : String(index);
}
