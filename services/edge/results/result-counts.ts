import type { Counter, Metrics } from "../../../shared/base/metrics.ts";
import type { Viewer } from "../evaluation/view.ts";
import type { ResultSource } from "./results.ts";

/** What an answer took. */
export type Outcome = "evaluated" | "kept" | "unchanged" | "refused";

/** Counts answers in a plain map, and tells the metrics only when they are read: that is done for each request. */
export class ResultCounts {
  readonly #counter: Counter<"environment" | "client" | "outcome">;
  readonly #counts = new Map<string, number>();

  constructor(metrics: Metrics, results: ResultSource) {
    this.#counter = metrics.counter({
      name: "evaluation_requests_total",
      help: "Requests for the flags of a context, by what the answer took.",
      labels: ["environment", "client", "outcome"],
    });
    const bytes = metrics.gauge({
      name: "evaluation_results_kept_bytes",
      help: "What the results take that are kept for those who ask again.",
      labels: [],
    });
    metrics.beforeRead(() => {
      this.#tell();
      bytes.set({}, results.size.bytes);
    });
  }

  count(environment: string, client: Viewer, outcome: Outcome): void {
    const key = `${client} ${outcome} ${environment}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  #tell(): void {
    for (const [key, count] of this.#counts) {
      const [client = "", outcome = "", ...environment] = key.split(" ");
      this.#counter.add({ environment: environment.join(" "), client, outcome }, count);
    }
    this.#counts.clear();
  }
}
