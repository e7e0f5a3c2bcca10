import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { Mailbox } from "../base/mailbox.ts";
import type { Claim, Ownership } from "../model/claim.ts";
import { type FlagData, withChanges } from "../model/item.ts";
import type { Position } from "../model/position.ts";
import { type ChangeMessage, decodeChangeMessage } from "./change-message.ts";
import type { EnvironmentStore, RelayStatus } from "./environment-store.ts";
import type { FollowedData, FollowerListener } from "./follower-listener.ts";
import {
  agreed,
  type FollowerState,
  isWaiting,
  judgeMessage,
  judgePosition,
  judgeSnapshot,
  NOT_STARTED,
  stateAt,
} from "./following.ts";
import { OwnClaim } from "./own-claim.ts";
import { isIntact, repeatableStatus, type Usability, usabilityOf } from "./usability.ts";

/** How often a follower checks its position and retries, in milliseconds. */
export interface FollowerTiming {
  /** Between position checks while all is well. */
  readonly checkMs: number;
  /** Between position checks while Redis stands elsewhere and the holder's word is awaited, or its data are damaged. */
  readonly impatientMs: number;
  /** After Redis did not answer. */
  readonly retryMs: number;
}

const FOLLOWER_TIMING: FollowerTiming = { checkMs: 2000, impatientMs: 500, retryMs: 250 };

/** What a message or a position check asks for: nothing, the snapshot, or the snapshot because something was missed. */
type NextStep = "nothing" | "read" | "read after a gap";
type Received = { readonly message: ChangeMessage | undefined } | "lost";

/**
 * Follows one environment in Redis: subscribes, *then* reads, then applies the messages that follow, and checks its
 * position every now and then. Redis being away changes nothing: it goes on trying and the data stay.
 *
 * With or without data, a follower is
 * - *unsubscribed*, at first and when the subscription breaks or the snapshot cannot be read: it subscribes, then reads;
 * - *subscribed*: messages and position checks lead to applying, reading or nothing.
 *
 * Its {@link FollowerState} is one of
 * - *empty*, until a snapshot that is claimed for this environment has data;
 * - *current*: it holds what Redis held at its position. A message that follows it moves it on; a gap, a message without content or
 *   a position check that disagrees makes it read;
 * - *not ahead*: Redis stands elsewhere, and not ahead. It keeps its data until Redis is ahead, agrees, or the holder has
 *   given its word again;
 * - *blocked*: what Redis holds is damaged. It keeps its data until it reads something intact;
 * - *damaged*: it was empty and took what was left. Only intact content ends that.
 *
 * The rules are those of docs/architecture.md, "Following", F1 and C3; `following.ts` decides by them.
 */
export class Follower {
  readonly #store: EnvironmentStore;
  readonly #listener: FollowerListener;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #timing: FollowerTiming;
  readonly #mailbox: Mailbox<Received>;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  readonly #own: OwnClaim;
  #state: FollowerState = NOT_STARTED;
  #data: FlagData | undefined;
  #usability: Usability | undefined;

  /** `own`: what the environment would claim. */
  constructor(
    store: EnvironmentStore,
    own: Claim,
    listener: FollowerListener,
    clock: Clock,
    logger: Logger,
    timing: FollowerTiming = FOLLOWER_TIMING,
  ) {
    this.#store = store;
    this.#own = new OwnClaim(own);
    this.#listener = listener;
    this.#clock = clock;
    this.#logger = logger;
    this.#timing = timing;
    this.#mailbox = new Mailbox(clock);
    this.#running = this.#run();
  }

  /** The environment's keys or its name have changed. */
  identify(own: Claim): void {
    this.#own.replace(own);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#mailbox.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#mailbox.forget();
      const unsubscribe = await this.#ask(() =>
        this.#store.subscribe({
          message: (text) => this.#mailbox.post({ message: this.#decode(text) }),
          lost: () => this.#mailbox.post("lost"),
        }),
      );
      if (unsubscribe === undefined) continue;
      await this.#followSubscription();
      unsubscribe();
    }
  }

  /** Until the subscription breaks. */
  async #followSubscription(): Promise<void> {
    if (!(await this.#read())) return;
    let checkAt = this.#nextCheck();
    while (!this.#stopping.signal.aborted) {
      const received = await this.#mailbox.receive(checkAt - this.#clock.monotonic());
      if (received === "lost" || this.#stopping.signal.aborted) return;
      const next = received === undefined ? await this.#check() : this.#take(received.message);
      if (next === "read after a gap") this.#listener.repaired();
      if (next !== "nothing" && !(await this.#read())) return;
      if (received === undefined || next !== "nothing") checkAt = this.#nextCheck();
    }
  }

  #nextCheck(): number {
    const { impatientMs, checkMs } = this.#timing;
    return this.#clock.monotonic() + (isWaiting(this.#state) ? impatientMs : checkMs);
  }

  /** Applies a message if it follows. */
  #take(message: ChangeMessage | undefined): NextStep {
    if (message === undefined) return "read after a gap";
    const verdict = judgeMessage(this.#state, message);
    if (verdict === "known") return "nothing";
    if (verdict === "gap") return "read after a gap";
    const { position, changes, receivedAtMs } = message;
    if (verdict === "reload" || this.#data === undefined || changes === undefined) return "read";
    this.#state = stateAt(position);
    this.#apply({ data: withChanges(this.#data, changes), position, changes, receivedAtMs });
    return "nothing";
  }

  /** Asks where Redis stands. No answer is no reason to read. */
  async #check(): Promise<NextStep> {
    const status = await this.#ask(() => this.#store.status());
    if (status === undefined) return "nothing";
    const ownership = this.#recognise(status);
    const verdict = judgePosition(this.#state, status, ownership);
    if (verdict === "agrees") this.#state = agreed(this.#state);
    this.#assess(status, ownership);
    if (verdict !== "read") return "nothing";
    const { position, damaged, blocked } = this.#state;
    return position === undefined || damaged || blocked ? "read" : "read after a gap";
  }

  /** False: Redis did not answer. Messages that come meanwhile wait in the mailbox. */
  async #read(): Promise<boolean> {
    const snapshot = await this.#ask(() => this.#store.snapshot());
    if (snapshot === undefined) return false;
    const ownership = this.#recognise(snapshot);
    const before = this.#state;
    const { verdict, state } = judgeSnapshot(before, snapshot, ownership, isIntact(snapshot));
    this.#state = state;
    if (verdict === "adopt") {
      const { data, position } = snapshot;
      // What an emptied or restored Redis holds is no change that was on its way.
      const isAhead = before.position !== undefined && position.offset > before.position.offset;
      const receivedAtMs = isAhead ? snapshot.receivedAtMs : undefined;
      this.#apply({ data, position, changes: undefined, receivedAtMs });
      this.#forgetMessagesBefore(position);
    }
    this.#assess(snapshot, ownership);
    if (before.seenAtWhenNotAhead === undefined && state.seenAtWhenNotAhead !== undefined)
      this.#logger.warn(
        "Redis is behind this replica (restored, failed over or emptied?), serving the replica until an ingestor confirms Redis's data",
        { event: "replica.redis_not_ahead" },
      );
    return true;
  }

  /** Whose Redis's data are. */
  #recognise(status: RelayStatus): Ownership {
    const ownership = this.#own.judge(status.claim);
    this.#listener.status(repeatableStatus(status, ownership));
    return ownership;
  }

  #assess({ claim }: RelayStatus, ownership: Ownership): void {
    const usability = usabilityOf(this.#state, ownership, claim);
    const before = this.#usability;
    if (before !== undefined && isDeepStrictEqual(before, usability)) return;
    this.#usability = usability;
    this.#listener.usability(usability);
  }

  /** What came while the snapshot was read and is part of it: judged alone, each would look like a gap. */
  #forgetMessagesBefore({ offset }: Position): void {
    this.#mailbox.forget(
      (received) =>
        received !== "lost" && received.message !== undefined && received.message.position.offset < offset,
    );
  }

  #apply(followed: FollowedData): void {
    this.#data = followed.data;
    this.#listener.data(followed);
  }

  #decode(text: string): ChangeMessage | undefined {
    try {
      return decodeChangeMessage(text);
    } catch (error) {
      this.#logger.warn("cannot read a change message, reading the snapshot instead", {
        event: "changes.unreadable",
        error: describeError(error),
      });
      return undefined;
    }
  }

  /** What Redis answers; `undefined`, after a pause, when it does not. */
  async #ask<T>(command: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await command();
      this.#listener.answered();
      return answer;
    } catch (error) {
      this.#listener.failed(error);
      await this.#clock.sleep(this.#timing.retryMs, this.#stopping.signal);
      return undefined;
    }
  }
}
