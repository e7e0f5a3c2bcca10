import type { Clock } from "../../../shared/base/clock.ts";
import type { EnvironmentStore, Outline } from "../../../shared/bus/environment-store.ts";
import { ownershipOf } from "../../../shared/model/claim.ts";
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
 * One holding of an environment's lease, from taking it to losing it or giving it back. It begins knowing nothing,
 * opens a stream of its own, and writes only what differs between Redis and what *this* stream has said. One
 * command is under way at a time.
 *
 * It renews the lease every second, whatever its state, which is one of
 * - *waiting*: the stream's `put` has not come. Nothing is written;
 * - *learning*: the claim is another's, and LaunchDarkly has not said yet which environment this is. Nothing is written or
 *   reported. It ends after a lease's life (C5), or with the `put`;
 * - *unsettled*: upstream's data have changed, or it is not known what Redis holds (after a `put`, a refused write, a renewal or a
 *   slice of the walk that showed something else). Each step reads if it has to, compares, and writes; no difference, or a write
 *   that was done, settles;
 * - *settled*: Redis holds all that upstream has said. Nothing is compared but what a renewal returns, and the walk's slices;
 * - *ended*: the lease was lost in Redis or by this process's own clock, was given back by {@link resign}, or the prefix turned
 *   out to be another environment's.
 *
 * The rules are those of docs/architecture.md, "Writing", W1–W5 and C1–C5.
 */
export class Leadership {
  readonly #parts: LeadershipParts;
  readonly #token: string;
  readonly #feed: UpstreamFeed;
  readonly #walk: ContentWalk;
  readonly #startedAt: number;
  #resigned = false;
  #claim: string | undefined;
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

  /** Takes one event or renews, then writes what differs, or looks whether Redis still holds what was written. */
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
    // A put is compared with what Redis holds now, not with what we remember of it.
    this.#base = undefined;
  }

  get #wakeAt(): number {
    if (this.#feed.hasUnreportedState) return this.#now;
    return this.#settled ? Math.min(this.#renewAt, this.#walk.dueAt) : this.#renewAt;
  }

  get #foreign(): boolean {
    return ownershipOf(this.#claim, this.#parts.identity.claim) === "foreign";
  }

  /** A lease on another's prefix is held only to learn from LaunchDarkly whether it is another's, and not for long. */
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

  /** Emptied, restored, failed over, damaged or claimed otherwise: read again what Redis holds, and write what is missing. */
  #compare(outline: Outline): void {
    this.#claim = outline.claim;
    if (this.#base !== undefined && !agreesWith(this.#base, outline)) this.#forgetBase();
  }

  /** A stream that is just beginning has nothing to report against what the holder before has reported, for a moment. */
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

  /** Brings Redis to what upstream has said. */
  async #reconcile(upstreamData: FlagData): Promise<LeadershipEnd | undefined> {
    const { store, identity, reports, timing } = this.#parts;
    try {
      const base = this.#base ?? (await this.#read());
      if (this.#foreign) return "foreign";
      const write = neededWrite(base, upstreamData, identity.claim);
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
      // It may have been done or not: the next step tries again from the same position. That comes no later than it
      // was due, or fast events of which none can be written would let the lease be forgotten.
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
