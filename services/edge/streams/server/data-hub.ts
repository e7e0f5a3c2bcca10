import type { FlagData } from "../../../../shared/model/item.ts";
import type { ReplicaUpdate } from "../../replica/update.ts";
import type { Reply } from "../../reply/reply.ts";
import type { StreamHeaders } from "../connection.ts";
import { FanOut } from "../fan-out.ts";
import type { StreamParts } from "../stream-parts.ts";
import { DataStory } from "./data-story.ts";
import type { StreamView } from "./message.ts";

/** As much work as one `put` of a large environment. */
const TOLD_IN_A_STEP = 16;

/** The streams of one view of an environment's flag data, for server-side SDKs. */
export class DataHub {
  readonly #story: DataStory;
  readonly #fanOut: FanOut;

  constructor(environment: string, view: StreamView, data: FlagData, parts: StreamParts) {
    this.#story = new DataStory(view, data);
    this.#fanOut = new FanOut(this.#story, TOLD_IN_A_STEP, { environment, stream: view }, parts);
  }

  /** How many streams are open. */
  get size(): number {
    return this.#fanOut.size;
  }

  /** Answers a request with a stream and keeps the reply (see `OpenStreams`). */
  open(reply: Reply, headers: StreamHeaders = {}): void {
    this.#fanOut.open(reply, headers, undefined);
  }

  /** New data: clients that are up to date get the changes, or one `put` when changes cannot say it. */
  update(update: ReplicaUpdate): void {
    if (this.#story.goesOn(update)) this.#fanOut.announce();
  }

  /** Ends all streams, spread over `paceMs`. */
  close(paceMs: number): Promise<void> {
    return this.#fanOut.close(paceMs);
  }
}
