import type { Counter, Gauge, Histogram, Metrics } from "../../../shared/base/metrics.ts";

type StreamLabel = "environment" | "stream";

/** Whose streams: the environment's name and the view. */
export type StreamLabels = Readonly<Record<StreamLabel, string>>;

const labels: readonly StreamLabel[] = ["environment", "stream"];
/** Server-side SDKs' by their view, mobile SDKs' and browsers' with results, and with pings. */
const known = { stream: ["all", "flags", "mobile", "browser", "mobile-ping", "browser-ping"] };

/** What is counted of streams, by environment and view. */
export interface StreamMetrics {
  readonly open: Pick<Gauge<StreamLabel>, "set" | "remove">;
  readonly messages: Pick<Counter<StreamLabel>, "add">;
  /** Not by environment, of which there may be a thousand. */
  readonly broadcastSeconds: Histogram<"stream">;
  readonly slowClientsCut: Pick<Counter<StreamLabel>, "add">;
}

/** Registers the metrics of streams; asking again gives the same ones. */
export function streamMetrics(metrics: Metrics): StreamMetrics {
  return {
    open: metrics.gauge({ name: "streams_open", help: "SDK streams that are open now.", labels, known }),
    messages: metrics.counter({
      name: "stream_messages_sent_total",
      help: "Messages written to SDK streams, counted per client; merged changes are one message.",
      labels,
      known,
    }),
    broadcastSeconds: metrics.histogram({
      name: "stream_broadcast_duration_seconds",
      help: "From a change in this edge's replica until it was written to the last stream; of those that do not read, until they were passed over.",
      labels: ["stream"],
      known,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    }),
    slowClientsCut: metrics.counter({
      name: "stream_slow_clients_cut_total",
      help: "SDK streams closed because the client did not read in time.",
      labels,
      known,
    }),
  };
}
