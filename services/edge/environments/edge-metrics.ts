import type { Counter, Metrics } from "../../../shared/base/metrics.ts";

/** What an edge counts of its replicas, by environment. */
export interface EdgeMetrics {
  readonly changes: Counter<"environment">;
  readonly gapsRepaired: Counter<"environment">;
  /**
   * Observes how long a change took to get here. `receivedAtMs` is when it arrived at the ingestor, by the clock of
   * Redis, 0 if that is not known. Returns the lag in milliseconds, `undefined` where it cannot be told.
   */
  observeLag(environment: string, receivedAtMs: number): number | undefined;
}

/** `redisNow`: the time by the clock of Redis, `undefined` while it is not known. */
export function edgeMetrics(metrics: Metrics, redisNow: () => number | undefined): EdgeMetrics {
  const lag = metrics.histogram({
    name: "change_lag_seconds",
    help: "From the arrival of a change at the ingestor to this edge's replica, by the clock of Redis.",
    labels: ["environment"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  });
  return {
    changes: metrics.counter({
      name: "changes_total",
      help: "Flags and segments that changed in this edge's replica.",
      labels: ["environment"],
    }),
    gapsRepaired: metrics.counter({
      name: "gaps_repaired_total",
      help: "Times the edge missed change messages and read the data again from Redis.",
      labels: ["environment"],
    }),
    observeLag(environment, receivedAtMs) {
      const now = redisNow();
      if (now === undefined || receivedAtMs === 0) return undefined;
      const lagMs = Math.max(0, now - receivedAtMs);
      lag.observe({ environment }, lagMs / 1000);
      return lagMs;
    },
  };
}
