import { contextOf, type DescribedContext } from "./described-context.ts";
import { objectText, type RawMembers, textOf } from "./json-text.ts";

/** An `identify` event: a context is described, which no index event then needs to do. */
export interface IdentifyEvent {
  readonly kind: "identify";
  readonly context: DescribedContext;
  readonly members: RawMembers;
}

/** The event, or nothing if it does not describe a context: it is then passed on as it is. */
export function readIdentify(members: RawMembers): IdentifyEvent | undefined {
  const context = contextOf(members);
  return context && { kind: "identify", context, members };
}

/** The event, with a `user` of an older schema as its context. */
export function identifyText({ context, members }: IdentifyEvent): string {
  return objectText({
    kind: '"identify"',
    creationDate: members.get("creationDate"),
    context: context.text,
    samplingRatio: textOf(members, "samplingRatio"),
  });
}
