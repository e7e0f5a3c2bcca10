import type { Metrics } from "../../../shared/base/metrics.ts";
import type { HoldQuota } from "./hold-quota.ts";

/** Gauges of what waits for Redis to take it. */
export function holdMetrics(metrics: Metrics, held: Pick<HoldQuota, "payloads" | "bytes">): void {
  const payloads = metrics.gauge({
    name: "event_payloads_held",
    help: "Event payloads held until Redis accepts them, not answered yet.",
    labels: [],
  });
  const bytes = metrics.gauge({
    name: "event_payloads_held_bytes",
    help: "Size of the event payloads held until Redis accepts them.",
    labels: [],
  });
  metrics.beforeRead(() => {
    payloads.set({}, held.payloads);
    bytes.set({}, held.bytes);
  });
}
