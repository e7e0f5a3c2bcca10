import { contextKeysText, contextOf, type DescribedContext } from "./described-context.ts";
import { creationDateText, samplingRatioText } from "./event-fields.ts";
import { hasTypes, objectText, type RawMembers, textOf } from "./json-text.ts";

/** A `custom` event: something happened in the application. */
export interface CustomEvent {
  readonly kind: "custom";
  readonly context: DescribedContext;
  readonly members: RawMembers;
}

/** The event, or nothing if it does not describe a context, or has a field of the wrong type. */
export function readCustom(members: RawMembers): CustomEvent | undefined {
  const types = {
    key: "string",
    creationDate: "time",
    metricValue: "number",
    samplingRatio: "number",
  } as const;
  const context = contextOf(members);
  return context && hasTypes(members, types) ? { kind: "custom", context, members } : undefined;
}

/** The event with its context's keys in the place of the context, which an index event describes. */
export function customText({ context, members }: CustomEvent): string {
  return objectText({
    kind: '"custom"',
    creationDate: creationDateText(members),
    key: textOf(members, "key") ?? '""',
    contextKeys: contextKeysText(context),
    data: textOf(members, "data"),
    metricValue: textOf(members, "metricValue"),
    url: textOf(members, "url"),
    samplingRatio: samplingRatioText(members),
  });
}
