import type { Reply } from "../../reply/reply.ts";
import type { StreamHeaders } from "../connection.ts";
import { FanOut } from "../fan-out.ts";
import type { StreamLabels } from "../stream-metrics.ts";
import type { StreamParts } from "../stream-parts.ts";
import type { Asked, ResultsState } from "./results-message.ts";
import { ResultsStory } from "./results-story.ts";

/** Flags are evaluated for each client. */
const TOLD_IN_A_STEP = 1;

/** The streams of one kind of client in one environment that are told the results for their own context. */
export class ResultsHub {
  readonly #story: ResultsStory;
  readonly #fanOut: FanOut<Asked>;

  constructor(labels: StreamLabels, state: ResultsState, parts: StreamParts) {
    this.#story = new ResultsStory(state);
    this.#fanOut = new FanOut(this.#story, TOLD_IN_A_STEP, labels, parts);
  }

  /** How many streams are open. */
  get size(): number {
    return this.#fanOut.size;
  }

  /** Answers a request with a stream and keeps the reply (see `OpenStreams`). */
  open(reply: Reply, headers: StreamHeaders, asked: Asked): void {
    this.#fanOut.open(reply, headers, asked);
  }

  /** A new state: clients are told the results that have become others. */
  update(state: ResultsState): void {
    this.#story.goesOn(state);
    this.#fanOut.announce();
  }

  /** Ends all streams, spread over `paceMs`. */
  close(paceMs: number): Promise<void> {
    return this.#fanOut.close(paceMs);
  }
}
