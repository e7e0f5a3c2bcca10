import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import { SUMMARISED_SCHEMA } from "../summarise/summarise.ts";
import type { BatchGroup } from "./batch-group.ts";
import type { MergedEvents } from "./merged-events.ts";

/** The payload of a batch, as old as the oldest of its members. */
export function mergedPayload(
  id: string,
  { kind, schema, tags, summarise }: BatchGroup,
  { events, members }: MergedEvents,
  acceptedAt: number,
  userAgent: string,
): EventPayload {
  return {
    id,
    kind,
    headers: {
      "content-type": "application/json",
      "x-launchdarkly-event-schema": String(summarise ? SUMMARISED_SCHEMA : schema),
      "x-launchdarkly-payload-id": id,
      "user-agent": userAgent,
      ...(tags !== undefined && { "x-launchdarkly-tags": tags }),
    },
    acceptedAt,
    attempts: 0,
    body: Buffer.from(events),
    batched: true,
    members,
  };
}
