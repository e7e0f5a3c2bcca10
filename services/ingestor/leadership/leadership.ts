import type { Clock } from "../../../shared/base/clock.ts";
import type { EnvironmentStore, Outline } from "../../../shared/bus/environment-store.ts";
import { type Claim, ownershipOf } from "../../../shared/model/claim.ts";
import type { FlagData } from "../../../shared/model/item.ts";
import type { UpstreamState } from "../../../shared/model/upstream-state.ts";
import type { RedisReports } from "../../../shared/redis/redis-state.ts";
import type { OpenFlagStream } from "../../../shared/upstream/flag-stream.ts";
import { agreesWith, type Base, baseAfter, baseOf, neededWrite } from "./base.ts";
import { ContentWalk } from "./content-walk.ts";
import type { Identity } from "./identity.ts";
import type { LeaseTiming } from "./lease-timing.ts";
import { type Repair, repairOf } from "./repair.ts";
import { UpstreamFeed } from "./upstream-feed.ts";

/** What a leadership works with. */
export interface LeadershipParts {
  readonly store: EnvironmentStore;
  readonly identity: Identity;
  readonly openStream: OpenFlagStream;
  readonly clock: Clock;
  /** Where it reports whether Redis answers. */
  readonly reports: RedisReports;
  readonly timing: LeaseTiming;
  /** Called after each write that mended something. */
  readonly repaired: (repair: Repair) => void;
}

/** How a leadership ended: the lease was lost or given back on request, or the prefix is another environment's. */
export type LeadershipEnd = "lost" | "resigned" | "foreign";

/**
 * One term of leading an environment, from taking the lease until losing or releasing it. It begins without state, opens its
 * own stream (L1), and writes only the difference between Redis and what *this* stream has sent (L2). One command is in
 * flight at a time (L3). The checks of Redis's content follow W1 to W5, claims C1 to C5.
 *
 * It renews the lease every second, in each of its states:
 * - *waiting*: the stream's `put` has not arrived. Nothing is written;
 * - *learning*: the claim is foreign, and LaunchDarkly has not yet told which environment this is. Nothing is written or
 *   reported. It ends with the `put`, or after the lease's duration (C5);
 * - *unsettled*: upstream's data has changed, or Redis's content is unknown (after a `put`, a refused write, or a renewal or
 *   slice of the walk that differed). Each step reads if necessary, compares, and writes; it is settled after a write, or
 *   if nothing differs;
 * - *settled*: Redis holds all of upstream's data. Only what a renewal returns and the walk's slices are compared;
 * - *ended*: the lease was lost in Redis or by this process's own clock, was released by {@link resign}, or the prefix
 *   belongs to another environment.
 */
export class Leadership {
  readonly #parts: LeadershipParts;
  readonly #token: string;
  readonly #feed: UpstreamFeed;
  readonly #walk: ContentWalk;
  readonly #startedAt: number;
  #resigned = false;
  #claim: string | undefined;
  /** Our own claim, as it was when Redis's was compared with it last. */
  #comparedClaim: Claim | undefined;
  #base: Base | undefined;
  /** Whether Redis holds, as far as we know, all that upstream has said. Remembered, so that idling compares nothing. */
  #settled = false;
  #renewAt: number;
  #renewedAt: number;

  /** `claim`: the text of the claim under which the lease was taken with `token`. */
  constructor(parts: LeadershipParts, token: string, claim: string | undefined) {
    const { clock, store, timing } = parts;
    this.#parts = parts;
    this.#token = token;
    this.#claim = claim;
    this.#walk = new ContentWalk(store, timing.walkMs);
    this.#startedAt = clock.monotonic();
    this.#renewAt = this.#startedAt;
    this.#renewedAt = this.#startedAt;
    this.#feed = new UpstreamFeed(parts.openStream, clock);
  }

  /** The text of the claim as it was last seen. */
  get claim(): string | undefined {
    return this.#claim;
  }

  /** How the stream from LaunchDarkly does. */
  get upstream(): UpstreamState {
    return this.#feed.state;
  }

  /** Leads until the lease is lost, the prefix turns out to be another's or {@link resign} is called. */
  async lead(): Promise<LeadershipEnd> {
    let end: LeadershipEnd | undefined;
    while (end === undefined) end = this.#resigned ? "resigned" : await this.#step();
    this.#feed.close();
    const { store, reports } = this.#parts;
    if (end !== "lost") await store.release(this.#token).catch((error) => reports.failed(error));
    return end;
  }

  /** Ends the leadership after the command under way, and gives the lease back so that another can take it at once. */
  resign(): void {
    this.#resigned = true;
    this.#feed.wake();
  }

  get #now(): number {
    return this.#parts.clock.monotonic();
  }

  /** Takes one event or renews, then writes what differs, or checks that Redis still holds what was written. */
  async #step(): Promise<LeadershipEnd | undefined> {
    const received = await this.#feed.receive(this.#wakeAt - this.#now);
    if (this.#resigned) return undefined;
    if (received !== "unchanged") this.#settled = false;
    if (received === "put") this.#takePut();
    // Upstream's state and id go before its data, so that whoever reads the data finds them, too.
    if (this.#feed.hasUnreportedState) this.#renewAt = this.#now;
    this.#feed.stateReported();
    // By our own clock the lease may be another's by now, and Redis cannot tell us while it is away.
    if (this.#now - this.#renewedAt > this.#parts.timing.ttlMs) return "lost";
    if (this.#now >= this.#renewAt && !(await this.#renew())) return "lost";
    if (this.#foreign) return this.#learning ? undefined : "foreign";
    const { data } = this.#feed;
    if (data === undefined) return undefined;
    if (this.#settled && this.#base !== undefined && this.#now >= this.#walk.dueAt)
      await this.#walkOn(this.#base);
    return this.#settled ? undefined : this.#reconcile(data);
  }

  #takePut(): void {
    this.#parts.identity.learn(this.#feed.state.envId);
    // A put is compared with Redis's current content, not with what we remember of it (W4).
    this.#base = undefined;
  }

  get #wakeAt(): number {
    if (this.#feed.hasUnreportedState) return this.#now;
    return this.#settled ? Math.min(this.#renewAt, this.#walk.dueAt) : this.#renewAt;
  }

  get #foreign(): boolean {
    return ownershipOf(this.#claim, this.#parts.identity.claim) === "foreign";
  }

  /** A lease on a foreign prefix is held only to learn the environment's id from LaunchDarkly, and not for long (C5). */
  get #learning(): boolean {
    const { identity, timing } = this.#parts;
    return !identity.settled && this.#now - this.#startedAt < timing.ttlMs;
  }

  async #renew(): Promise<boolean> {
    const { store, timing, reports } = this.#parts;
    const sentAt = this.#now;
    const settledAt = this.#settled ? this.#base?.position : undefined;
    const report = this.#foreign ? undefined : this.#reportable(this.#feed.state);
    try {
      const outcome = await store.renew(this.#token, timing.ttlMs, this.#claim, report, settledAt);
      if (outcome.kind === "lost") return false;
      reports.answered();
      this.#renewedAt = sentAt;
      this.#renewAt = sentAt + timing.renewMs;
      this.#compare(outcome.outline);
    } catch (error) {
      reports.failed(error);
      this.#renewAt = this.#now + timing.retryMs;
    }
    return true;
  }

  /** If Redis was emptied, restored, failed over, damaged or claimed by others: read it again, and write what is missing (L4, W2). */
  #compare(outline: Outline): void {
    this.#claim = outline.claim;
    if (this.#base !== undefined && !agreesWith(this.#base, outline)) this.#forgetBase();
    // Keys beside the primary one may be added while this goes on leading (C1).
    if (this.#comparedClaim !== this.#parts.identity.claim) this.#settled = false;
  }

  /** A new stream does not overwrite the previous holder's upstream state for a moment. */
  #reportable(state: UpstreamState): UpstreamState | undefined {
    const begins = state.state === "INITIALIZING" && state.lastError === undefined;
    return begins && this.#now - this.#startedAt < this.#parts.timing.renewMs ? undefined : state;
  }

  async #walkOn(base: Base): Promise<void> {
    try {
      if (!(await this.#walk.step(base, this.#now))) this.#forgetBase();
      this.#parts.reports.answered();
    } catch (error) {
      this.#parts.reports.failed(error);
    }
  }

  /** Makes Redis equal to upstream's data. */
  async #reconcile(upstreamData: FlagData): Promise<LeadershipEnd | undefined> {
    const { store, identity, reports, timing } = this.#parts;
    try {
      const base = this.#base ?? (await this.#read());
      if (this.#foreign) return "foreign";
      this.#comparedClaim = identity.claim;
      const write = neededWrite(base, upstreamData, this.#comparedClaim);
      if (write === undefined) {
        this.#settled = true;
        return undefined;
      }
      const outcome = await store.write(this.#token, base, write, this.#feed.receivedAtMs);
      reports.answered();
      if (outcome.kind === "lost") return "lost";
      if (outcome.kind === "moved") {
        this.#forgetBase();
        this.#renewAt = this.#now;
      } else this.#written(baseAfter(base, write, outcome.position), repairOf(base, write));
    } catch (error) {
      // The write may have happened or not: the next step retries from the same position (L3). The renewal is never postponed,
      // or a stream of events that cannot be written would let the lease expire.
      reports.failed(error);
      this.#renewAt = Math.min(this.#renewAt, this.#now + timing.retryMs);
    }
    return undefined;
  }

  async #read(): Promise<Base> {
    const base = baseOf(await this.#parts.store.snapshot());
    this.#base = base;
    this.#claim = base.claim;
    this.#walk.restart(base, this.#now);
    return base;
  }

  #written(after: Base, repair: Repair | undefined): void {
    this.#base = after;
    this.#claim = after.claim;
    this.#settled = true;
    if (repair !== undefined) this.#parts.repaired(repair);
  }

  #forgetBase(): void {
    this.#base = undefined;
    this.#settled = false;
  }
}
