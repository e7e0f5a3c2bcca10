import type { Viewer } from "../../evaluation/view.ts";
import type { Reply } from "../../reply/reply.ts";
import type { StreamHeaders } from "../connection.ts";
import { refuseStream } from "../open-streams.ts";
import type { StreamParts } from "../stream-parts.ts";
import { PingHub } from "./ping-hub.ts";
import { ResultsHub } from "./results-hub.ts";
import type { Asked, ResultsState } from "./results-message.ts";

/** The kinds of clients that get results instead of flags. */
export type ClientViewer = Exclude<Viewer, "server">;

/**
 * The streams of mobile SDKs and browsers in one environment, four kinds in all. Many environments have no such
 * clients, so a hub is made when the first of its clients comes.
 */
export class ClientStreams {
  readonly #environment: string;
  readonly #parts: StreamParts;
  readonly #pings = new Map<ClientViewer, PingHub>();
  readonly #results = new Map<ClientViewer, ResultsHub>();
  #closing = false;

  constructor(environment: string, parts: StreamParts) {
    this.#environment = environment;
    this.#parts = parts;
  }

  /** How many streams are open. */
  get size(): number {
    return [...this.#pings.values(), ...this.#results.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Answers a request with a stream and keeps the reply (see `OpenStreams`): of results, where streams are
   * configured to carry them and the client has said for whom, else of pings. `state` is the current one.
   */
  open(
    viewer: ClientViewer,
    state: ResultsState,
    reply: Reply,
    headers: StreamHeaders,
    asked: Asked | undefined,
  ): void {
    if (this.#closing) refuseStream(reply, headers);
    else if (asked !== undefined && this.#parts.clientStreams === "values")
      this.#resultsHub(viewer, state).open(reply, headers, asked);
    else this.#pingHub(viewer, state).open(reply, headers);
  }

  /** A new state for each kind of client. */
  update(stateFor: (viewer: ClientViewer) => ResultsState): void {
    for (const [viewer, hub] of this.#pings) hub.update(stateFor(viewer).view);
    for (const [viewer, hub] of this.#results) hub.update(stateFor(viewer));
  }

  /** Ends all streams, spread over `paceMs`, see `OpenStreams.close`. */
  async close(paceMs: number): Promise<void> {
    if (paceMs > 0) await this.#closeHubs(paceMs);
    this.#closing = true;
    await this.#closeHubs(0);
  }

  async #closeHubs(paceMs: number): Promise<void> {
    const hubs = [...this.#pings.values(), ...this.#results.values()];
    await Promise.all(hubs.map((hub) => hub.close(paceMs)));
  }

  #pingHub(viewer: ClientViewer, { view }: ResultsState): PingHub {
    let hub = this.#pings.get(viewer);
    if (hub === undefined) {
      hub = new PingHub({ environment: this.#environment, stream: `${viewer}-ping` }, view, this.#parts);
      this.#pings.set(viewer, hub);
    }
    return hub;
  }

  #resultsHub(viewer: ClientViewer, state: ResultsState): ResultsHub {
    let hub = this.#results.get(viewer);
    if (hub === undefined) {
      hub = new ResultsHub({ environment: this.#environment, stream: viewer }, state, this.#parts);
      this.#results.set(viewer, hub);
    }
    return hub;
  }
}
