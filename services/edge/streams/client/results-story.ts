import type { FlagView } from "../../evaluation/view.ts";
import type { Connection } from "../connection.ts";
import type { Story } from "../fan-out.ts";
import { Frame } from "../frame.ts";
import { type Asked, type ResultsState, resultsNews, resultsPut } from "./results-message.ts";

/** What is new: some flags since a state, or everything. */
type ResultsNews =
  | { readonly kind: "flags"; readonly before: FlagView; readonly keys: ReadonlySet<string> }
  | { readonly kind: "everything" };

/** The results of an environment's flags as they go on, evaluated for each client. */
export class ResultsStory implements Story<Asked> {
  /** What clients have been told or are being told, and what is new in it. */
  #current: ResultsState;
  #news: ResultsNews = { kind: "everything" };
  /** What has come since, and whether every state was ahead of the one before. */
  #latest: ResultsState;
  #rising = true;

  constructor(state: ResultsState) {
    this.#current = state;
    this.#latest = state;
  }

  /**
   * Takes a new state. SDKs ignore patches that are not above what they hold: where the version does not rise, since
   * Redis was restored, everything is said anew.
   */
  goesOn(state: ResultsState): void {
    this.#rising &&= state.version > this.#latest.version;
    this.#latest = state;
  }

  proceed(): boolean {
    const before = this.#current.view;
    this.#current = this.#latest;
    this.#news = this.#rising
      ? { kind: "flags", before, keys: this.#current.view.changedSince(before) }
      : { kind: "everything" };
    this.#rising = true;
    return this.#news.kind === "everything" || this.#news.keys.size > 0;
  }

  everything({ note }: Connection<Asked>): Frame {
    return new Frame(resultsPut(this.#current, note));
  }

  news(client: Connection<Asked>): Frame | undefined {
    if (this.#news.kind === "everything") return this.everything(client);
    const { before, keys } = this.#news;
    const text = resultsNews(before, this.#current, keys, client.note);
    return text === "" ? undefined : new Frame(text);
  }

  abandoned(): void {
    this.#news = { kind: "everything" };
  }
}
