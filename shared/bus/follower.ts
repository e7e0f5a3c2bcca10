import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { Mailbox } from "../base/mailbox.ts";
import { type Claim, decodeClaim, type Ownership, ownershipOf } from "../model/claim.ts";
import { sameSum, sumOf } from "../model/content-sum.ts";
import { type FlagData, withChanges } from "../model/item.ts";
import type { Position } from "../model/position.ts";
import { type ChangeMessage, decodeChangeMessage } from "./change-message.ts";
import type { EnvironmentStore, Look, Snapshot } from "./environment-store.ts";
import {
  isWaiting,
  judgeLook,
  judgeMessage,
  judgeSnapshot,
  NOT_STARTED,
  type Standing,
  standingAt,
} from "./following.ts";

/** How often a follower looks and retries, in milliseconds. */
export interface FollowerTiming {
  /** Between position checks while all is well. */
  readonly checkMs: number;
  /** Between position checks while Redis stands elsewhere and the holder's word is awaited, or its data are damaged. */
  readonly impatientMs: number;
  /** After Redis did not answer. */
  readonly retryMs: number;
}

const FOLLOWER_TIMING: FollowerTiming = { checkMs: 2000, impatientMs: 500, retryMs: 250 };

/**
 * Whether what Redis holds can be served. `unclaimed`: no ingestor has written there yet, or only one of an earlier
 * version. `foreign`: it is another environment's, by its claim. `damaged`: items are missing or were changed, and no
 * ingestor has mended that yet.
 */
export type Usability =
  | { readonly kind: "usable" | "unclaimed" | "damaged" }
  | { readonly kind: "foreign"; readonly claim: string };

/** Is told what the follower learns. Data come first to last, each the whole truth at that moment. */
export interface FollowerListener {
  /**
   * `position`: where the data stand, not always ahead of those before. `receivedAtMs`: when upstream's event arrived
   * there, by the clock of Redis; 0 if that is not known, `undefined` if the data are no change.
   */
  data(data: FlagData, position: Position, receivedAtMs: number | undefined): void;
  /** What Redis says beside the data, each time that it was read; without what is said of another environment. */
  looked(look: Look): void;
  /** Whether what Redis holds can be served, at first and whenever that changes. The data that are there stay. */
  usability(usability: Usability): void;
  /** Redis has answered a question. */
  answered(): void;
  /** It has not, or refused it; the question is asked again. */
  failed(error: unknown): void;
  /** Messages were missed, and the data read anew. */
  repaired(): void;
}

/** What a message or a position check shows: nothing to do, read the snapshot, or something was missed: read it. */
type Verdict = "current" | "reload" | "gap";
type Letter = { readonly message: ChangeMessage | undefined } | "lost";

/**
 * Follows one environment in Redis: subscribes, *then* reads, then applies the messages that follow, and looks
 * every now and then whether it still stands where Redis stands. Redis being away changes nothing: it goes on
 * trying and the data stay.
 */
export class Follower {
  readonly #store: EnvironmentStore;
  readonly #listener: FollowerListener;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #timing: FollowerTiming;
  readonly #mailbox: Mailbox<Letter>;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #standing: Standing = NOT_STARTED;
  #data: FlagData | undefined;
  #own: Claim;
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
    this.#own = own;
    this.#listener = listener;
    this.#clock = clock;
    this.#logger = logger;
    this.#timing = timing;
    this.#mailbox = new Mailbox(clock);
    this.#running = this.#run();
  }

  /** The environment's keys or its name have changed. */
  identify(own: Claim): void {
    this.#own = own;
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
      const letter = await this.#mailbox.receive(checkAt - this.#clock.monotonic());
      if (letter === "lost" || this.#stopping.signal.aborted) return;
      const verdict = letter === undefined ? await this.#check() : this.#take(letter.message);
      if (verdict === "gap") this.#listener.repaired();
      if (verdict !== "current" && !(await this.#read())) return;
      if (letter === undefined || verdict !== "current") checkAt = this.#nextCheck();
    }
  }

  #nextCheck(): number {
    const { impatientMs, checkMs } = this.#timing;
    return this.#clock.monotonic() + (isWaiting(this.#standing) ? impatientMs : checkMs);
  }

  /** Applies a message if it follows. */
  #take(message: ChangeMessage | undefined): Verdict {
    if (message === undefined) return "gap";
    const verdict = judgeMessage(this.#standing, message);
    if (verdict === "known") return "current";
    if (verdict !== "apply") return verdict;
    if (this.#data === undefined || message.changes === undefined) return "reload";
    this.#standing = standingAt(message.position);
    this.#apply(withChanges(this.#data, message.changes), message.position, message.receivedAtMs);
    return "current";
  }

  /** Looks where Redis stands. No answer is no reason to read. */
  async #check(): Promise<Verdict> {
    const look = await this.#ask(() => this.#store.look());
    if (look === undefined) return "current";
    const ownership = this.#recognise(look);
    const verdict = judgeLook(this.#standing, look, ownership);
    if (verdict === "agrees") this.#standing = { ...this.#standing, noticedWord: undefined, blocked: false };
    this.#assess(look, ownership);
    if (verdict !== "read") return "current";
    const { position, damaged, blocked } = this.#standing;
    return position === undefined || damaged || blocked ? "reload" : "gap";
  }

  /** False: Redis did not answer. Messages that come meanwhile wait in the mailbox. */
  async #read(): Promise<boolean> {
    const snapshot = await this.#ask(() => this.#store.snapshot());
    if (snapshot === undefined) return false;
    const ownership = this.#recognise(snapshot);
    const before = this.#standing;
    const { verdict, standing } = judgeSnapshot(before, snapshot, ownership, isIntact(snapshot));
    this.#standing = standing;
    if (verdict === "adopt") {
      // What an emptied or restored Redis holds is no change that was on its way.
      const isAhead = before.position !== undefined && snapshot.position.offset > before.position.offset;
      this.#apply(snapshot.data, snapshot.position, isAhead ? snapshot.receivedAtMs : undefined);
      this.#forgetMessagesBefore(snapshot.position);
    }
    this.#assess(snapshot, ownership);
    if (before.noticedWord === undefined && standing.noticedWord !== undefined)
      this.#logger.warn(
        "Redis is behind this replica (restored, failed over or emptied?), serving the replica until an ingestor confirms Redis's data",
        { event: "replica.redis_not_ahead" },
      );
    return true;
  }

  /** Whose Redis's data are. */
  #recognise(look: Look): Ownership {
    const { claim } = look;
    const ownership = ownershipOf(claim, this.#own);
    this.#listener.looked(asFarAsOurs(look, ownership));
    // LaunchDarkly has told whoever shares a key with us which environment that is: the key may be exchanged now.
    const envId = ownership === "ours" && claim !== undefined ? decodeClaim(claim)?.envId : undefined;
    if (envId !== undefined && this.#own.envId === undefined) this.#own = { ...this.#own, envId };
    return ownership;
  }

  #assess({ claim }: Look, ownership: Ownership): void {
    const usability = usabilityOf(this.#standing, ownership, claim);
    const before = this.#usability;
    if (before !== undefined && isDeepStrictEqual(before, usability)) return;
    this.#usability = usability;
    this.#listener.usability(usability);
  }

  /** What came while the snapshot was read and is part of it: judged alone, each would look like a gap. */
  #forgetMessagesBefore({ offset }: Position): void {
    this.#mailbox.forget(
      (letter) =>
        letter !== "lost" && letter.message !== undefined && letter.message.position.offset < offset,
    );
  }

  #apply(data: FlagData, position: Position, receivedAtMs: number | undefined): void {
    this.#data = data;
    this.#listener.data(data, position, receivedAtMs);
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
  async #ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await question();
      this.#listener.answered();
      return answer;
    } catch (error) {
      this.#listener.failed(error);
      await this.#clock.sleep(this.#timing.retryMs, this.#stopping.signal);
      return undefined;
    }
  }
}

/** What an earlier version has written cannot be checked, and counts as intact; what has lost its sum does not. */
function isIntact({ data, sum }: Snapshot): boolean {
  return sum === "outdated" || (sum !== undefined && sameSum(sum, sumOf(data)));
}

/**
 * What an ingestor of another environment reports of upstream, and its word, are not ours to repeat. Where nobody has
 * claimed anything it may be anybody's, so that the environment's id is left out.
 */
function asFarAsOurs(look: Look, ownership: Ownership): Look {
  if (ownership === "ours") return look;
  if (ownership === "foreign" || look.upstream === undefined) return { ...look, upstream: undefined };
  const { envId: _, ...upstream } = look.upstream;
  return { ...look, upstream };
}

function usabilityOf(standing: Standing, ownership: Ownership, claim: string | undefined): Usability {
  if (ownership === "unclaimed") return { kind: "unclaimed" };
  if (ownership === "foreign") return { kind: "foreign", claim: claim ?? "" };
  return { kind: standing.damaged || standing.blocked ? "damaged" : "usable" };
}
