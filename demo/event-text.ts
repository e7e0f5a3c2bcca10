import type { EventPost } from "../simulator/event-log.ts";
import type { Paint } from "./paint.ts";

const WIDTHS = [13, 13, 22, 9] as const;

/** The heads of the columns that {@link payloadRow} fills. */
export function payloadHead(paint: Paint): string {
  return paint("dim", row(["route", "payload id", "sent by", "bytes", "events"]));
}

/** One payload of events as LaunchDarkly got it. */
export function payloadRow(post: EventPost): string {
  const { path, headers, rawBody } = post;
  const id = headers["x-launchdarkly-payload-id"];
  const shortId = typeof id === "string" ? `${id.slice(0, 8)}…` : "none";
  const sender = String(headers["user-agent"] ?? "unknown");
  return row([path, shortId, sender, String(rawBody.length), kindsText(kindsOf(post))]);
}

/** How many events of which kinds: `1 index, 7 feature`. */
export function kindsText(kinds: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(", ");
}

/** The kinds of a payload's events; analytics events come as a list, a diagnostic event alone. */
export function kindsOf(post: EventPost): readonly string[] {
  return [post.json()].flat().map((event) => {
    const kind = typeof event === "object" && event !== null && "kind" in event ? event.kind : undefined;
    return typeof kind === "string" ? kind : "unknown";
  });
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, at) => cell.padEnd(WIDTHS[at] ?? 0))
    .join("")
    .trimEnd();
}
