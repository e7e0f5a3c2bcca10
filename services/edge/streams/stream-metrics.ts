import type { Counter, Gauge, Metrics } from "../../../shared/base/metrics.ts";

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
  readonly slowClientsCut: Pick<Counter<StreamLabel>, "add">;
}

/** Registers the metrics of streams; asking again gives the same ones. */
export function streamMetrics(metrics: Metrics): StreamMetrics {
  return {
    open: metrics.gauge({ name: "streams_open", help: "SDK streams that are open now.", labels, known }),
    messages: metrics.counter({
      name: "stream_messages_sent_total",
      help: "Messages written to SDK streams, one for each client; changes told together are one message.",
      labels,
      known,
    }),
    slowClientsCut: metrics.counter({
      name: "stream_slow_clients_cut_total",
      help: "SDK streams cut because the client did not read what was waiting for it in time.",
      labels,
      known,
    }),
  };
}
