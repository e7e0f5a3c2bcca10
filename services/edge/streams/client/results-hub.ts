import type { ResponseWriter } from "../../http/response/response-writer.ts";
import type { ResultsState, Subscription } from "../../protocol/fdv1/result-messages.ts";
import type { StreamHeaders } from "../connection.ts";
import { FanOut } from "../fan-out.ts";
import type { StreamLabels } from "../stream-metrics.ts";
import type { StreamParts } from "../stream-parts.ts";
import { ResultContent } from "./result-content.ts";

/** Flags are evaluated for each client. */
const SENT_PER_STEP = 1;

/** The streams of one kind of client in one environment that are told the results for their own context. */
export class ResultsHub {
  readonly #content: ResultContent;
  readonly #fanOut: FanOut<Subscription>;

  constructor(labels: StreamLabels, state: ResultsState, parts: StreamParts) {
    this.#content = new ResultContent(state);
    this.#fanOut = new FanOut(this.#content, SENT_PER_STEP, labels, parts);
  }

  /** How many streams are open. */
  get size(): number {
    return this.#fanOut.size;
  }

  /** Answers a request with a stream and keeps the reply (see `OpenStreams`). */
  open(response: ResponseWriter, headers: StreamHeaders, subscription: Subscription): void {
    this.#fanOut.open(response, headers, subscription);
  }

  /** A new state: clients are told the results that have become others. */
  update(state: ResultsState): void {
    this.#content.accept(state);
    this.#fanOut.announce();
  }

  /** Ends all streams, spread over `paceMs`. */
  close(paceMs: number): Promise<void> {
    return this.#fanOut.close(paceMs);
  }
}
