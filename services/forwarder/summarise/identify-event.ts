import { contextOf, type DescribedContext } from "./described-context.ts";
import { creationDateText, samplingRatioText } from "./event-fields.ts";
import { hasTypes, objectText, type RawMembers } from "./json-text.ts";

/** An `identify` event: a context is described, which no index event then needs to do. */
export interface IdentifyEvent {
  readonly kind: "identify";
  readonly context: DescribedContext;
  readonly members: RawMembers;
}

/** The event, or nothing if it does not describe a context, or has a field of the wrong type. */
export function readIdentify(members: RawMembers): IdentifyEvent | undefined {
  const context = contextOf(members);
  return context && hasTypes(members, { creationDate: "time", samplingRatio: "number" })
    ? { kind: "identify", context, members }
    : undefined;
}

/** The event, with a `user` of an older schema as its context. */
export function identifyText({ context, members }: IdentifyEvent): string {
  return objectText({
    kind: '"identify"',
    creationDate: creationDateText(members),
    context: context.text,
    samplingRatio: samplingRatioText(members),
  });
}
