import type { FlagData } from "../../../../shared/model/item.ts";
import type { ReplicaUpdate } from "../../replica/update.ts";
import type { Story } from "../fan-out.ts";
import { Frame } from "../frame.ts";
import { changesMessage, putMessage, type StreamView } from "./message.ts";
import { joinNews, type News, NO_NEWS, newsOf } from "./news.ts";

/** Flag data as they go on, in frames that all clients of a view share. */
export class DataStory implements Story<undefined> {
  readonly #view: StreamView;
  /** What clients have been told or are being told, what is new in it, and both in frames once somebody needs them. */
  #data: FlagData;
  #told: News = NO_NEWS;
  #everything: Frame | undefined;
  #news: Frame | undefined;
  /** What has come since, and what tells it to those who have `#data`. */
  #latest: FlagData;
  #untold: News = NO_NEWS;

  constructor(view: StreamView, data: FlagData) {
    this.#view = view;
    this.#data = data;
    this.#latest = data;
  }

  /** Takes new data; says whether clients have to hear of them. */
  goesOn(update: ReplicaUpdate): boolean {
    this.#latest = update.data;
    const news = newsOf(this.#view, update);
    this.#untold = joinNews(this.#untold, news);
    return news.kind !== "nothing";
  }

  proceed(): boolean {
    if (this.#untold.kind === "nothing") return false;
    this.#told = this.#untold;
    this.#untold = NO_NEWS;
    this.#data = this.#latest;
    this.#everything = undefined;
    this.#news = undefined;
    return true;
  }

  everything(): Frame {
    this.#everything ??= new Frame(putMessage(this.#view, this.#data));
    return this.#everything;
  }

  news(): Frame {
    const told = this.#told;
    this.#news ??=
      told.kind === "changes" ? new Frame(changesMessage(this.#view, told.changes)) : this.everything();
    return this.#news;
  }

  abandoned(): void {
    this.#everything = undefined;
    this.#news = undefined;
  }
}
