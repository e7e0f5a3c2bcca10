import type { Counter, Histogram, Metrics } from "../../../shared/base/metrics.ts";

/** What an edge counts of its replicas, by environment. */
export interface EdgeMetrics {
  readonly changes: Counter<"environment">;
  readonly changeLag: Histogram<"environment">;
  readonly gapsRepaired: Counter<"environment">;
}

export function edgeMetrics(metrics: Metrics): EdgeMetrics {
  return {
    changes: metrics.counter({
      name: "changes_total",
      help: "Flags and segments that changed in this edge's replica.",
      labels: ["environment"],
    }),
    changeLag: metrics.histogram({
      name: "change_lag_seconds",
      help: "From the arrival of a change at the ingestor to this edge's replica.",
      labels: ["environment"],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    }),
    gapsRepaired: metrics.counter({
      name: "gaps_repaired_total",
      help: "Times that messages were missed and the data read anew from Redis.",
      labels: ["environment"],
    }),
  };
}
