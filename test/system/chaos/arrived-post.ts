import type { EventPost } from "../../../simulator/event-log.ts";
import { addressed } from "./event-address.ts";
import { diagnosticId, digest, wireDigest } from "./marked-payload.ts";
import type { ArrivedPost } from "./verdict.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What a POST to the simulated LaunchDarkly says of the markers in it. Throws if it is analytics without an id. */
export function arrivedPost(post: EventPost): ArrivedPost {
  const { path, accepted, rawBody, headers } = post;
  const address = {
    path,
    ...(headers.authorization !== undefined && { authorization: headers.authorization }),
  };
  const json = post.json();
  const events = Array.isArray(json) ? (json as readonly Fields[]) : [json as Fields];
  const counts = new Map<string, number>();
  for (const [marker, times] of events.flatMap(marksOf)) {
    const place = addressed(address, marker);
    counts.set(place, (counts.get(place) ?? 0) + times);
  }
  return { id: idOf(post, json), digest: digest(rawBody), wireDigest: wireDigest(rawBody), accepted, counts };
}

function idOf({ headers }: EventPost, json: unknown): string {
  const id = headers["x-launchdarkly-payload-id"];
  if (typeof id === "string") return id;
  if (Array.isArray(json)) throw new Error("a payload of analytics came without an id");
  return diagnosticId(markerOf(json as Fields));
}

/** A custom event or a diagnostic stands for itself, and a summary for the evaluations that it counts. */
function marksOf(event: Fields): readonly (readonly [string, number])[] {
  const { kind, key, features } = event;
  if (kind === "custom") return [[String(key), 1]];
  if (kind === "diagnostic") return [[markerOf(event), 1]];
  if (kind !== "summary") return [];
  const flags = Object.entries(features as Record<string, { counters: readonly { count: number }[] }>);
  return flags.map(([flag, { counters }]) => [flag, counters.reduce((sum, { count }) => sum + count, 0)]);
}

function markerOf(diagnostic: Fields): string {
  return String((diagnostic.id as Fields).diagnosticId);
}
