import type { SdkKind } from "../../evaluation/view.ts";
import type { ResponseWriter } from "../../http/response/response-writer.ts";
import type { ResultsState, Subscription } from "../../protocol/fdv1/result-messages.ts";
import type { StreamHeaders } from "../connection.ts";
import { refuseStream } from "../open-streams.ts";
import type { StreamParts } from "../stream-parts.ts";
import { PingHub } from "./ping-hub.ts";
import { ResultsHub } from "./results-hub.ts";

/** The kinds of clients that get results instead of flags. */
export type ClientSdkKind = Exclude<SdkKind, "server">;

/**
 * The streams of mobile SDKs and browsers in one environment, four kinds in all. Many environments have no such
 * clients, so a hub is made when the first of its clients comes.
 */
export class ClientStreams {
  readonly #environment: string;
  readonly #parts: StreamParts;
  readonly #pings = new Map<ClientSdkKind, PingHub>();
  readonly #results = new Map<ClientSdkKind, ResultsHub>();
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
    sdkKind: ClientSdkKind,
    state: ResultsState,
    response: ResponseWriter,
    headers: StreamHeaders,
    subscription: Subscription | undefined,
  ): void {
    if (this.#closing) refuseStream(response, headers);
    else if (subscription !== undefined && this.#parts.clientStreams === "values")
      this.#resultsHub(sdkKind, state).open(response, headers, subscription);
    else this.#pingHub(sdkKind, state).open(response, headers);
  }

  /** A new state for each kind of client. */
  update(stateFor: (sdkKind: ClientSdkKind) => ResultsState): void {
    for (const [sdkKind, hub] of this.#pings) hub.update(stateFor(sdkKind).view);
    for (const [sdkKind, hub] of this.#results) hub.update(stateFor(sdkKind));
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

  #pingHub(sdkKind: ClientSdkKind, { view }: ResultsState): PingHub {
    let hub = this.#pings.get(sdkKind);
    if (hub === undefined) {
      hub = new PingHub({ environment: this.#environment, stream: `${sdkKind}-ping` }, view, this.#parts);
      this.#pings.set(sdkKind, hub);
    }
    return hub;
  }

  #resultsHub(sdkKind: ClientSdkKind, state: ResultsState): ResultsHub {
    let hub = this.#results.get(sdkKind);
    if (hub === undefined) {
      hub = new ResultsHub({ environment: this.#environment, stream: sdkKind }, state, this.#parts);
      this.#results.set(sdkKind, hub);
    }
    return hub;
  }
}
