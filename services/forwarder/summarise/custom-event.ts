import { contextKeysText, contextOf, type DescribedContext } from "./described-context.ts";
import { objectText, type RawMembers, textOf } from "./json-text.ts";

/** A `custom` event: something happened in the application. */
export interface CustomEvent {
  readonly kind: "custom";
  readonly context: DescribedContext;
  readonly members: RawMembers;
}

/** The event, or nothing if it does not describe a context: it is then passed on as it is. */
export function readCustom(members: RawMembers): CustomEvent | undefined {
  const context = contextOf(members);
  return context && { kind: "custom", context, members };
}

/** The event with its context's keys in the place of the context, which an index event describes. */
export function customText({ context, members }: CustomEvent): string {
  return objectText({
    kind: '"custom"',
    creationDate: members.get("creationDate"),
    key: members.get("key"),
    contextKeys: contextKeysText(context),
    data: textOf(members, "data"),
    metricValue: textOf(members, "metricValue"),
    url: textOf(members, "url"),
    samplingRatio: textOf(members, "samplingRatio"),
  });
}
