import type { Counter, Histogram, Metrics } from "../../shared/base/metrics.ts";

/** What deliveries count. */
export interface DeliveryMetrics {
  readonly delivered: Counter<"environment">;
  readonly retried: Counter<"environment">;
  readonly dead: Counter<"environment">;
  readonly postSeconds: Histogram<"environment">;
}

/** The counters of all deliveries of a forwarder. */
export function deliveryMetrics(metrics: Metrics): DeliveryMetrics {
  const labels = ["environment"] as const;
  return {
    delivered: metrics.counter({
      name: "event_payloads_delivered_total",
      help: "Event payloads that LaunchDarkly took.",
      labels,
    }),
    retried: metrics.counter({
      name: "event_payloads_retried_total",
      help: "Failed deliveries of event payloads that are tried again.",
      labels,
    }),
    dead: metrics.counter({
      name: "event_payloads_dead_total",
      help: "Event payloads that became dead letters.",
      labels,
    }),
    postSeconds: metrics.histogram({
      name: "event_post_duration_seconds",
      help: "How long LaunchDarkly took to answer a POST of events, or we to give up.",
      labels,
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    }),
  };
}
