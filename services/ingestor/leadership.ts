import type { Clock } from "../../shared/base/clock.ts";
import { Mailbox } from "../../shared/base/mailbox.ts";
import type { EnvironmentStore } from "../../shared/bus/environment-store.ts";
import { type Difference, difference } from "../../shared/model/difference.ts";
import { type FlagData, withChanges } from "../../shared/model/item.ts";
import { type Position, samePosition } from "../../shared/model/position.ts";
import type { UpstreamState } from "../../shared/model/upstream-state.ts";
import type { RedisReports } from "../../shared/redis/redis-state.ts";
import { heardAfter } from "./heard.ts";
import type { LeaseTiming } from "./lease.ts";
import type { FlagStream, ReceivedEvent } from "./upstream/flag-stream.ts";

/** What Redis holds, as far as the holder knows. */
interface Stored {
  readonly data: FlagData;
  readonly inited: boolean;
  readonly position: Position;
}

/**
 * One holding of an environment's lease, from taking it to losing it or giving it back. It begins knowing nothing,
 * opens a stream of its own, and writes only what differs between Redis and what *this* stream has said. One
 * command is under way at a time. The rules are those of docs/architecture.md, "Writing".
 */
export class Leadership {
  readonly #store: EnvironmentStore;
  readonly #token: string;
  readonly #clock: Clock;
  readonly #reports: RedisReports;
  readonly #timing: LeaseTiming;
  readonly #mailbox: Mailbox<ReceivedEvent>;
  readonly #stream: FlagStream;
  #reportedState: UpstreamState | undefined;
  #resigned = false;
  #heard: FlagData | undefined;
  #receivedAtMs = 0;
  #stored: Stored | undefined;
  #renewAt: number;
  #renewedAt: number;

  constructor(
    store: EnvironmentStore,
    token: string,
    openStream: (take: (received: ReceivedEvent) => void) => FlagStream,
    clock: Clock,
    reports: RedisReports,
    timing: LeaseTiming,
  ) {
    this.#store = store;
    this.#token = token;
    this.#clock = clock;
    this.#reports = reports;
    this.#timing = timing;
    this.#mailbox = new Mailbox(clock);
    this.#renewAt = clock.monotonic();
    this.#renewedAt = clock.monotonic();
    this.#stream = openStream((received) => this.#mailbox.post(received));
  }

  /** Leads until the lease is lost or {@link resign} is called. */
  async lead(): Promise<void> {
    while (!this.#resigned && (await this.#step()));
    this.#stream.close();
    if (this.#resigned) await this.#store.release(this.#token).catch((error) => this.#reports.failed(error));
  }

  /** Ends the leadership after the command under way, and gives the lease back so that another can take it at once. */
  resign(): void {
    this.#resigned = true;
    this.#mailbox.close();
  }

  /** Hears one event or renews, then writes what differs. False: the lease is lost. */
  async #step(): Promise<boolean> {
    const received = await this.#mailbox.receive(this.#renewAt - this.#clock.monotonic());
    if (this.#resigned) return true;
    if (received !== undefined) {
      this.#heard = heardAfter(this.#heard, received.event);
      this.#receivedAtMs = received.receivedAtMs;
      // Upstream's state and id go before its data, so that whoever reads the data finds them, too.
      if (this.#stream.state !== this.#reportedState) this.#renewAt = this.#clock.monotonic();
    }
    // By our own clock the lease may be another's by now, and Redis cannot tell us while it is away.
    if (this.#clock.monotonic() - this.#renewedAt > this.#timing.ttlMs) return false;
    if (this.#clock.monotonic() >= this.#renewAt && !(await this.#renew())) return false;
    return this.#heard === undefined || (await this.#reconcile(this.#heard));
  }

  async #renew(): Promise<boolean> {
    const sentAt = this.#clock.monotonic();
    const settledAt = this.#settled() ? this.#stored?.position : undefined;
    const state = this.#stream.state;
    try {
      const outcome = await this.#store.renew(this.#token, this.#timing.ttlMs, reportable(state), settledAt);
      if (outcome.kind === "lost") return false;
      this.#reports.answered();
      this.#renewedAt = sentAt;
      this.#reportedState = state;
      this.#renewAt = sentAt + this.#timing.renewMs;
      // Emptied, restored or failed over: read again what it holds, and write what is missing.
      if (this.#stored && !samePosition(outcome.position, this.#stored.position)) this.#stored = undefined;
    } catch (error) {
      this.#reports.failed(error);
      this.#renewAt = this.#clock.monotonic() + this.#timing.retryMs;
    }
    return true;
  }

  /** Whether Redis holds, as far as we know, all that upstream has said. */
  #settled(): boolean {
    return (
      this.#heard !== undefined && this.#missing(this.#heard) === undefined && this.#stored !== undefined
    );
  }

  /** What must be written, if anything. Data that nobody marked as complete must be written even if empty. */
  #missing(heard: FlagData): Difference | undefined {
    if (this.#stored === undefined) return undefined;
    const missing = difference(this.#stored.data, heard);
    const established = this.#stored.inited && this.#stored.position.offset > 0;
    return missing.changes.length === 0 && established ? undefined : missing;
  }

  /** Brings Redis to what upstream has said. False: the lease is lost. */
  async #reconcile(heard: FlagData): Promise<boolean> {
    try {
      this.#stored ??= await this.#store.snapshot();
      const missing = this.#missing(heard);
      if (missing === undefined) return true;
      const { position, data } = this.#stored;
      const outcome = await this.#store.write(this.#token, position, missing, this.#receivedAtMs);
      this.#reports.answered();
      if (outcome.kind === "lost") return false;
      if (outcome.kind === "moved") this.#readAgain();
      else
        this.#stored = {
          data: withChanges(data, missing.changes),
          inited: true,
          position: outcome.position,
        };
    } catch (error) {
      // It may have been done or not: the next step tries again from the same position. That comes no later than it
      // was due, or fast events of which none can be written would let the lease be forgotten.
      this.#reports.failed(error);
      this.#renewAt = Math.min(this.#renewAt, this.#clock.monotonic() + this.#timing.retryMs);
    }
    return true;
  }

  #readAgain(): void {
    this.#stored = undefined;
    this.#renewAt = this.#clock.monotonic();
  }
}

/** A stream that is just beginning has nothing to say against what the holder before has said. */
function reportable(state: UpstreamState): UpstreamState | undefined {
  return state.state === "INITIALIZING" && state.lastError === undefined ? undefined : state;
}
