import type { FlagView } from "../../evaluation/view.ts";
import {
  type ResultsState,
  resultsDelta,
  resultsPut,
  type Subscription,
} from "../../protocol/fdv1/result-messages.ts";
import type { Connection } from "../connection.ts";
import type { StreamContent } from "../fan-out.ts";
import { Frame } from "../frame.ts";

/** What changed: some flags since the state before, or everything. */
type ResultsDelta =
  | { readonly kind: "flags"; readonly before: FlagView; readonly keys: ReadonlySet<string> }
  | { readonly kind: "everything" };

/** The results of an environment's flags as they change, evaluated for each client. */
export class ResultContent implements StreamContent<Subscription> {
  /** The current state, and what it changed in the one before. */
  #current: ResultsState;
  #delta: ResultsDelta = { kind: "everything" };
  /** The newest state, and whether every one since the current was above the one before it. */
  #latest: ResultsState;
  #rising = true;

  constructor(state: ResultsState) {
    this.#current = state;
    this.#latest = state;
  }

  /**
   * Takes a new state. SDKs ignore patches that are not above what they hold: where the version does not rise, since
   * Redis was restored, every client gets a full `put`.
   */
  accept(state: ResultsState): void {
    this.#rising &&= state.version > this.#latest.version;
    this.#latest = state;
  }

  advance(): boolean {
    const before = this.#current.view;
    this.#current = this.#latest;
    this.#delta = this.#rising
      ? { kind: "flags", before, keys: this.#current.view.changedSince(before) }
      : { kind: "everything" };
    this.#rising = true;
    return this.#delta.kind === "everything" || this.#delta.keys.size > 0;
  }

  snapshot({ note }: Connection<Subscription>): Frame {
    return new Frame(resultsPut(this.#current, note));
  }

  delta(client: Connection<Subscription>): Frame | undefined {
    if (this.#delta.kind === "everything") return this.snapshot(client);
    const { before, keys } = this.#delta;
    const text = resultsDelta(before, this.#current, keys, client.note);
    return text === "" ? undefined : new Frame(text);
  }

  release(): void {
    this.#delta = { kind: "everything" };
  }
}
