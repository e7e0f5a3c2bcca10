import type { Counter, Metrics } from "../../../shared/base/metrics.ts";
import type { SdkKind } from "../evaluation/view.ts";
import type { ResultSource } from "./result-source.ts";

const OUTCOMES = ["evaluated", "kept", "unchanged", "refused"] as const;
const CLIENTS = ["server", "mobile", "browser"] as const satisfies readonly SdkKind[];

/** What an answer took. */
export type ResultOutcome = (typeof OUTCOMES)[number];

/** What the metrics say of answers with results. */
export class ResultMetrics {
  readonly #counter: Counter<"environment" | "client" | "outcome">;

  constructor(metrics: Metrics, results: ResultSource) {
    this.#counter = metrics.counter({
      name: "evaluation_requests_total",
      help: "Evaluation requests, by how they were answered.",
      labels: ["environment", "client", "outcome"],
      known: { client: CLIENTS, outcome: OUTCOMES },
    });
    const bytes = metrics.gauge({
      name: "evaluation_results_kept_bytes",
      help: "Size of the results cache.",
      labels: [],
    });
    metrics.beforeRead(() => bytes.set({}, results.size.bytes));
  }

  count(environment: string, client: SdkKind, outcome: ResultOutcome): void {
    this.#counter.add({ environment, client, outcome });
  }
}
