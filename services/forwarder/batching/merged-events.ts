import { elementTexts } from "../../../shared/model/raw-json.ts";
import { type BatchMember, joinMembers } from "../../../shared/queue/event-payload.ts";
import type { FlagFacts } from "../summarise/flag-facts.ts";
import { type InputEvent, readEvent } from "../summarise/input-event.ts";
import { flagsNeeded, type SummariseOptions, summarise } from "../summarise/summarise.ts";

/** What a batch became: the events of all its members together, and of each alone, should the whole be refused. */
export interface MergedEvents {
  /** A JSON array of events. */
  readonly events: string;
  readonly members: readonly BatchMember[];
  /** How many events were left out because they say too little. */
  readonly unusable: number;
}

/** Finds out what summarising needs to know of these flags; those that do not exist are not in the answer. */
type LookUpFlags = (keys: ReadonlySet<string>) => Promise<ReadonlyMap<string, FlagFacts>>;

/** The events of all payloads, each as it came. */
export function mergeUnchanged(payloads: readonly BatchMember[]): MergedEvents {
  const members = payloads.map(({ id, events }) => ({ id, events }));
  return { events: joinMembers(members), members, unusable: 0 };
}

/** The events of all payloads, summarised together, and of each as if it had been summarised alone. */
export async function mergeSummarised(
  payloads: readonly BatchMember[],
  settings: Omit<SummariseOptions, "flags">,
  lookUpFlags: LookUpFlags,
): Promise<MergedEvents> {
  const inputs = payloads.map(({ id, events }) => ({ id, events: elementTexts(events).map(readEvent) }));
  const all = inputs.flatMap(({ events }) => events);
  const flags = await lookUpFlags(flagsNeeded(all, settings.schema));
  const toText = (events: readonly InputEvent[]): string =>
    `[${summarise(events, { ...settings, flags }).join(",")}]`;
  return {
    events: toText(all),
    members: inputs.map(({ id, events }) => ({ id, events: toText(events) })),
    unusable: all.filter(({ kind }) => kind === "unusable").length,
  };
}
