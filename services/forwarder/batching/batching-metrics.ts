import type { Counter, Metrics } from "../../../shared/base/metrics.ts";
import { deliveryMetrics } from "../delivery/delivery-metrics.ts";

/** What batching counts. */
export interface BatchingMetrics {
  readonly batched: Counter<"environment">;
  readonly merged: Counter<"environment">;
  readonly unusable: Counter<"environment">;
  readonly dead: Counter<"environment">;
}

/** The counters of the batches of all environments of a forwarder. */
export function batchingMetrics(metrics: Metrics): BatchingMetrics {
  const labels = ["environment"] as const;
  return {
    batched: metrics.counter({
      name: "event_payloads_batched_total",
      help: "Event payloads added to a batch instead of being delivered individually.",
      labels,
    }),
    merged: metrics.counter({
      name: "event_batches_merged_total",
      help: "Batches that became one payload.",
      labels,
    }),
    unusable: metrics.counter({
      name: "events_unusable_total",
      help: "Incomplete or malformed events dropped from batches.",
      labels,
    }),
    dead: deliveryMetrics(metrics).dead,
  };
}
