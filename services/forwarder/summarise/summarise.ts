import { ContextMemory } from "./context-memory.ts";
import { customText } from "./custom-event.ts";
import type { DescribedContext } from "./described-context.ts";
import { type EvaluationEvent, evaluationText, needsFlag, withFlag } from "./evaluation-event.ts";
import { creationDateText } from "./event-fields.ts";
import type { FlagFacts } from "./flag-facts.ts";
import { identifyText } from "./identify-event.ts";
import { indexText } from "./index-event.ts";
import type { InputEvent } from "./input-event.ts";
import type { RawMembers } from "./json-text.ts";
import { Summary } from "./summary.ts";

/** The schema of the events that summarising makes. */
export const SUMMARISED_SCHEMA = 4;

/** What summarising depends on beside the events. */
export interface SummariseOptions {
  /** The schema of the input. */
  readonly schema: number;
  /** How many contexts are remembered; of what is forgotten, some are described twice. */
  readonly capacity: number;
  /** What time it is, in milliseconds since the epoch: flags are debugged until a date. */
  readonly now: number;
  /** Those of {@link flagsNeeded} that exist. */
  readonly flags: ReadonlyMap<string, FlagFacts>;
}

/** The flags that must be known before the events can be summarised. */
export function flagsNeeded(events: readonly InputEvent[], schema: number): ReadonlySet<string> {
  return new Set(
    events.flatMap((event) => (event.kind === "evaluation" && needsFlag(event, schema) ? [event.flag] : [])),
  );
}

/**
 * What an SDK that summarises would have sent in the place of these events (R8.4): one summary of
 * all evaluations, in full only those that are tracked or debugged, and each context described once. The events are
 * JSON texts of schema 4, and what was JSON in the input is the very same text in them.
 */
export function summarise(events: readonly InputEvent[], options: SummariseOptions): string[] {
  const output: string[] = [];
  const summary = new Summary();
  const memory = new ContextMemory(options.capacity);
  const describe = (context: DescribedContext, members: RawMembers): void => {
    if (memory.isNew(context)) output.push(indexText(context, creationDateText(members)));
  };
  for (const event of events) {
    switch (event.kind) {
      case "evaluation": {
        const known = evaluationWithFlag(event, options);
        describe(known.context, known.members);
        if (!known.excludeFromSummaries) summary.count(known);
        output.push(...inFull(known, options.now));
        break;
      }
      case "custom":
        describe(event.context, event.members);
        output.push(customText(event));
        break;
      case "identify":
        memory.isNew(event.context);
        output.push(identifyText(event));
        break;
      case "other":
        output.push(event.text);
        break;
      case "unusable":
        break;
    }
  }
  const counted = summary.text();
  if (counted !== undefined) output.push(counted);
  return output;
}

function evaluationWithFlag(event: EvaluationEvent, { schema, flags }: SummariseOptions): EvaluationEvent {
  const flag = needsFlag(event, schema) ? flags.get(event.flag) : undefined;
  return flag === undefined ? event : withFlag(event, flag, schema);
}

/** The full events that an evaluation makes: none, `feature`, `debug`, or both. */
function inFull(event: EvaluationEvent, now: number): string[] {
  const { trackEvents = false, debugEventsUntilDate = 0 } = event.tracking ?? {};
  return [
    ...(trackEvents ? [evaluationText("feature", event)] : []),
    ...(debugEventsUntilDate > now ? [evaluationText("debug", event)] : []),
  ];
}
