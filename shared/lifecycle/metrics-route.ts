import type { ReadableMetrics } from "../telemetry/metrics.ts";
import type { AdminRoute } from "./admin-route.ts";

/** `/metrics` for Prometheus. */
export function metricsRoute(metrics: ReadableMetrics): AdminRoute {
  return {
    method: "GET",
    path: "/metrics",
    answer: async () => {
      const { contentType, text } = await metrics.read();
      return { status: 200, headers: { "Content-Type": contentType }, body: text };
    },
  };
}
