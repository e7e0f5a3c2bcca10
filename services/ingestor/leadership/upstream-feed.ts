import type { Clock } from "../../../shared/base/clock.ts";
import { Mailbox } from "../../../shared/base/mailbox.ts";
import type { FlagData } from "../../../shared/model/item.ts";
import type { UpstreamState } from "../../../shared/model/upstream-state.ts";
import type { FlagStream, OpenFlagStream, ReceivedEvent } from "../../../shared/upstream/flag-stream.ts";
import { upstreamDataAfter } from "./upstream-data.ts";

/** A stream of a leadership's own from LaunchDarkly, and the data that its events add up to. */
export class UpstreamFeed {
  readonly #mailbox: Mailbox<ReceivedEvent>;
  readonly #stream: FlagStream;
  #data: FlagData | undefined;
  #receivedAtMs = 0;
  #hasUnreportedState = false;

  constructor(openStream: OpenFlagStream, clock: Clock) {
    this.#mailbox = new Mailbox(clock);
    this.#stream = openStream({
      event: (received) => this.#mailbox.post(received),
      stateChanged: () => {
        this.#hasUnreportedState = true;
        this.#mailbox.wake();
      },
    });
  }

  /** What the stream has said so far; `undefined` before its `put`. */
  get data(): FlagData | undefined {
    return this.#data;
  }

  /** When the last event arrived, in milliseconds since the epoch. */
  get receivedAtMs(): number {
    return this.#receivedAtMs;
  }

  get state(): UpstreamState {
    return this.#stream.state;
  }

  /** Whether the state has changed since {@link stateReported}. */
  get hasUnreportedState(): boolean {
    return this.#hasUnreportedState;
  }

  stateReported(): void {
    this.#hasUnreportedState = false;
  }

  /**
   * Takes the next event, if one comes within `timeoutMs`, and says what it did to the data. Returns early when the
   * state changes.
   */
  async receive(timeoutMs: number): Promise<"put" | "changed" | "unchanged"> {
    const received = await this.#mailbox.receive(timeoutMs);
    if (received === undefined) return "unchanged";
    const { event, receivedAtMs } = received;
    const before = this.#data;
    this.#data = upstreamDataAfter(before, event);
    if (event.kind !== "put" && this.#data === before) return "unchanged";
    this.#receivedAtMs = receivedAtMs;
    return event.kind === "put" ? "put" : "changed";
  }

  /** Ends a wait that is under way, and all later ones. */
  wake(): void {
    this.#mailbox.close();
  }

  close(): void {
    this.#stream.close();
  }
}
