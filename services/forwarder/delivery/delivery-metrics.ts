import type { Counter, Histogram, Metrics } from "../../../shared/base/metrics.ts";

/** What deliveries count. */
export interface DeliveryMetrics {
  readonly delivered: Counter<"environment">;
  readonly retried: Counter<"environment">;
  /** By the kind of the credential that was refused, and the path. */
  readonly parked: Counter<"environment" | "credential" | "path">;
  readonly split: Counter<"environment">;
  readonly dead: Counter<"environment">;
  /** Of dead letters that were removed because there were too many or they were too old. */
  readonly deadRemoved: Counter<"environment">;
  /** `status`: what was answered, `failed` without an answer, or `unaddressed` when nothing could be sent. */
  readonly posts: Counter<"environment" | "status">;
  readonly postSeconds: Histogram<"environment">;
  readonly ageSeconds: Histogram<"environment">;
}

/** What LaunchDarkly, or something in between, is known to answer; others have no series before they come. */
const KNOWN_STATUSES = [
  ...["200", "202", "400", "401", "403", "404", "408", "413", "429", "500", "502", "503", "504"],
  ...["failed", "unaddressed"],
];

/** The counters of all deliveries of a forwarder. */
export function deliveryMetrics(metrics: Metrics): DeliveryMetrics {
  const labels = ["environment"] as const;
  const counter = (name: string, help: string): Counter<"environment"> =>
    metrics.counter({ name, help, labels });
  return {
    delivered: counter("event_payloads_delivered_total", "Event payloads that LaunchDarkly took."),
    retried: counter(
      "event_payloads_retried_total",
      "Failed deliveries of event payloads that are tried again.",
    ),
    parked: metrics.counter({
      name: "event_payloads_parked_total",
      help: "Event payloads parked because LaunchDarkly rejected their key or path.",
      labels: ["environment", "credential", "path"],
    }),
    split: counter("event_payloads_split_total", "Event payloads that were too large and became two."),
    dead: counter("event_payloads_dead_total", "Event payloads that became dead letters."),
    deadRemoved: counter(
      "event_dead_letters_removed_total",
      "Dead letters that were removed because there were too many, or because they were too old.",
    ),
    posts: metrics.counter({
      name: "event_posts_total",
      help: "POSTs of events to LaunchDarkly, by the status of the answer.",
      labels: ["environment", "status"],
      known: { status: KNOWN_STATUSES },
    }),
    postSeconds: metrics.histogram({
      name: "event_post_duration_seconds",
      help: "How long LaunchDarkly took to answer a POST of events, or we to give up.",
      labels,
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    }),
    ageSeconds: metrics.histogram({
      name: "event_payload_age_seconds",
      help: "How long after an event payload was accepted LaunchDarkly took it.",
      labels,
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 21_600, 86_400],
    }),
  };
}
