import type { EventPost } from "../../support/launchdarkly/event-log.ts";
import { digest } from "./marked-payload.ts";
import type { ArrivedPost } from "./verdict.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What a POST to the simulated LaunchDarkly says of the markers in it. Throws if it bears no id. */
export function arrivedPost(post: EventPost): ArrivedPost {
  const id = post.headers["x-launchdarkly-payload-id"];
  if (typeof id !== "string") throw new Error("a payload of analytics came without an id");
  const counts = new Map<string, number>();
  for (const event of post.json() as readonly Fields[])
    for (const [marker, times] of marksOf(event)) counts.set(marker, (counts.get(marker) ?? 0) + times);
  return { id, digest: digest(post.rawBody), accepted: post.accepted, counts };
}

/** A custom event stands for itself, and a summary for the evaluations that it counts. */
function marksOf({ kind, key, features }: Fields): readonly (readonly [string, number])[] {
  if (kind === "custom") return [[String(key), 1]];
  if (kind !== "summary") return [];
  const flags = Object.entries(features as Record<string, { counters: readonly { count: number }[] }>);
  return flags.map(([flag, { counters }]) => [flag, counters.reduce((sum, { count }) => sum + count, 0)]);
}
