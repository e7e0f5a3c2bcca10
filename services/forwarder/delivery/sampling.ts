import { createHash } from "node:crypto";
import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import { arrayOf, eventTexts } from "./payload-events.ts";

/** What sampling never takes away: LaunchDarkly's counts rest on these. */
const KEPT_KINDS: ReadonlySet<unknown> = new Set(["summary", "index", "identify"]);

/** Whether the payload is the one of `interval` that keeps all its events. Of an id it is always the same. */
export function winsSampling(payloadId: string, interval: number): boolean {
  return createHash("sha256").update(payloadId).digest().readUIntBE(0, 6) % interval === 0;
}

/**
 * The payload after sampling by `[Events] samplingInterval`: itself, or with fewer events, or `undefined` if none
 * is left. Decided by the payload's id, so that a retry decides alike. Intervals of 0 and 1 take nothing away,
 * and diagnostics, and what is no array of events, go on as they are.
 */
export async function sample(payload: EventPayload, interval: number): Promise<EventPayload | undefined> {
  // What the relay has compressed it has sampled before.
  if (
    interval <= 1 ||
    payload.compressed ||
    !payload.kind.endsWith("-analytics") ||
    winsSampling(payload.id, interval)
  )
    return payload;
  const events = await eventTexts(payload);
  if (events === undefined) return payload;
  const kept = events.filter((text) => KEPT_KINDS.has(kindOf(text)));
  if (kept.length === events.length) return payload;
  if (kept.length === 0) return undefined;
  // Not compressed again: every try of an id must have the same bytes, whatever zlib comes with the next Node.
  const { "content-encoding": _, ...headers } = payload.headers;
  return { ...payload, headers, body: arrayOf(kept) };
}

function kindOf(event: string): unknown {
  const parsed: unknown = JSON.parse(event);
  return typeof parsed === "object" && parsed !== null && "kind" in parsed ? parsed.kind : undefined;
}
