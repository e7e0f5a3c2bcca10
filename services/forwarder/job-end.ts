import type { JobEnd } from "../../shared/queue/event-consumer.ts";
import type { EventPayload } from "../../shared/queue/event-job.ts";
import type { DeliveryOutcome } from "./delivery-outcome.ts";

/** What happened to one payload of a job. */
export interface PayloadEnd {
  readonly payload: EventPayload;
  /** `untried`: it was not its turn before the job ended; this counts as no attempt. */
  readonly outcome: DeliveryOutcome | { readonly kind: "untried" };
}

/**
 * What a job ends with: delivered and dead payloads leave it, the others stay. It waits as long as the most
 * patient of them, because a `Retry-After` is a request; one parked payload parks the queue.
 */
export function jobEnd(ends: readonly PayloadEnd[]): JobEnd {
  const payloads: EventPayload[] = [];
  let delayMs = 0;
  let parked = false;
  for (const { payload, outcome } of ends) {
    switch (outcome.kind) {
      case "delivered":
      case "dead":
        break;
      case "untried":
        payloads.push(payload);
        break;
      case "parked":
        parked = true;
        payloads.push({ ...payload, attempts: payload.attempts + 1 });
        break;
      case "again":
        delayMs = Math.max(delayMs, outcome.delayMs);
        payloads.push({ ...payload, attempts: payload.attempts + 1 });
        break;
    }
  }
  if (payloads.length === 0) return { kind: "done" };
  return parked ? { kind: "parked", payloads } : { kind: "again", delayMs, payloads };
}
