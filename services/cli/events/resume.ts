import type { Redis } from "ioredis";
import { destinationStates } from "../../../shared/queue/destination-states.ts";
import { PAYLOAD_KINDS } from "../../../shared/queue/event-payload.ts";
import { ParkedPayloads } from "../../../shared/queue/parked-payloads.ts";
import { endParking } from "../../../shared/queue/parking.ts";
import { describeDestination, destinationName } from "../../../shared/queue/payload-destinations.ts";
import type { EnvironmentEvents } from "./environment-events.ts";

/** What `events resume` did for an environment. */
export interface ResumedEvents {
  readonly environment: string;
  readonly paused: false;
  /** Destinations that took nothing, and are tried at once. */
  readonly tried: readonly { readonly destination: string; readonly reason: string }[];
}

/**
 * Ends a pause and every parking, and lets everything that waits for its time be tried at once. If LaunchDarkly still
 * refuses, the parking begins anew.
 */
export async function resumeEvents(
  { name, place, queue }: EnvironmentEvents,
  redis: Redis,
): Promise<ResumedEvents> {
  const before = await destinationStates(redis, place.queue);
  for (const kind of PAYLOAD_KINDS) await endParking(redis, place.queue, kind);
  await queue.resume();
  const parked = new ParkedPayloads(redis, queue);
  for (const kind of PAYLOAD_KINDS) await parked.hasten(kind);
  await queue.hasten();
  const tried = before.flatMap(({ kind, obstacle }) =>
    obstacle === undefined
      ? []
      : [{ destination: describeDestination(destinationName(kind)), reason: obstacle.reason }],
  );
  return { environment: name, paused: false, tried };
}

/** For people. */
export function describeResumed({ environment, tried }: ResumedEvents): string {
  const each = tried.map(({ destination, reason }) => `${destination} (was: ${reason})`);
  return `${environment}: resumed${each.length === 0 ? "" : `; tried at once: ${each.join(", ")}`}`;
}
