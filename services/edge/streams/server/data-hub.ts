import type { FlagData } from "../../../../shared/model/item.ts";
import type { ResponseWriter } from "../../http/response/response-writer.ts";
import type { StreamView } from "../../protocol/fdv1/flag-messages.ts";
import type { ReplicaUpdate } from "../../replica/replica-update.ts";
import type { StreamHeaders } from "../connection.ts";
import { FanOut } from "../fan-out.ts";
import type { StreamParts } from "../stream-parts.ts";
import { FlagContent } from "./flag-content.ts";

/** As much work as one `put` of a large environment. */
const SENT_PER_STEP = 16;

/** The streams of one view of an environment's flag data, for server-side SDKs. */
export class DataHub {
  readonly #content: FlagContent;
  readonly #fanOut: FanOut;

  constructor(environment: string, view: StreamView, data: FlagData, parts: StreamParts) {
    this.#content = new FlagContent(view, data);
    this.#fanOut = new FanOut(this.#content, SENT_PER_STEP, { environment, stream: view }, parts);
  }

  /** How many streams are open. */
  get size(): number {
    return this.#fanOut.size;
  }

  /** Answers a request with a stream and keeps the reply (see `OpenStreams`). */
  open(response: ResponseWriter, headers: StreamHeaders = {}): void {
    this.#fanOut.open(response, headers, undefined);
  }

  /** New data: clients that are up to date get the changes, or one `put` when changes cannot say it. */
  update(update: ReplicaUpdate): void {
    if (this.#content.accept(update)) this.#fanOut.announce();
  }

  /** Ends all streams, spread over `paceMs`. */
  close(paceMs: number): Promise<void> {
    return this.#fanOut.close(paceMs);
  }
}
