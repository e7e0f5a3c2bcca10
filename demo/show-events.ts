import type { EventLog } from "../simulator/event-log.ts";
import { eventually } from "../test/support/eventually.ts";
import type { Backstage } from "./backstage.ts";
import { kindsOf, kindsText, payloadHead, payloadRow } from "./event-text.ts";
import type { Stage } from "./stage.ts";

/** Lets the SDKs send their events to the relay, and shows what of them arrives at LaunchDarkly. */
export async function showEvents(
  { launchDarkly, sdks }: Stage,
  { screen, interruption }: Backstage,
): Promise<void> {
  screen.heading("Events of the SDKs that arrived at LaunchDarkly, through the relay");
  const { events } = launchDarkly;
  await interruption.or(Promise.all(sdks.map((sdk) => sdk.buySomething())));
  await interruption.or(eventually("events of every SDK", () => haveArrived(events, sdks.length)));

  const posts = events.counted;
  screen.lines(payloadHead(screen.paint), ...posts.map(payloadRow), "");
  const kinds = posts.flatMap(kindsOf);
  screen.lines(`${posts.length} payloads with ${kinds.length} events: ${kindsText(kinds)}.`);
}

/** Each SDK has one purchase to tell, and sends one diagnostic event when it starts. */
function haveArrived(events: EventLog, sdks: number): boolean {
  return events.ofKind("custom").length === sdks && events.ofKind("diagnostic-init").length === sdks;
}
