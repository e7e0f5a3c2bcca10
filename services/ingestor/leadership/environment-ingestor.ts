import type { Clock } from "../../../shared/base/clock.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import { randomToken } from "../../../shared/base/random.ts";
import type { EnvironmentStore } from "../../../shared/bus/environment-store.ts";
import { foreignClaim } from "../../../shared/bus/foreign-claim.ts";
import { ownershipOf } from "../../../shared/model/claim.ts";
import type { UpstreamState } from "../../../shared/model/upstream-state.ts";
import type { RedisReports } from "../../../shared/redis/redis-state.ts";
import type { OpenFlagStream } from "../../../shared/upstream/flag-stream.ts";
import type { Identity } from "./identity.ts";
import { Leadership, type LeadershipEnd, type LeadershipParts } from "./leadership.ts";
import { LEASE_TIMING, type LeaseTiming } from "./lease-timing.ts";
import type { Repair } from "./repair.ts";

/** What an environment's ingestor works with. */
export interface EnvironmentIngestorParts {
  readonly store: EnvironmentStore;
  /** Of the environment: for messages. */
  readonly prefix: string;
  readonly identity: Identity;
  readonly openStream: OpenFlagStream;
  /** Where it reports whether Redis answers. */
  readonly reports: RedisReports;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Is told of each lease that is taken and left. */
  readonly leases: { taken(): void; ended(end: LeadershipEnd): void };
  /** Is told when something was mended that upstream had not changed. */
  readonly repaired: () => void;
}

/**
 * Keeps one environment in Redis true to LaunchDarkly, together with other ingestors: whoever holds the lease
 * leads, the others stay warm and try for it every second. A prefix that is another environment's is left alone, and
 * looked at again every second.
 */
export class EnvironmentIngestor {
  readonly #parts: EnvironmentIngestorParts;
  readonly #timing: LeaseTiming;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #leadership: Leadership | undefined;
  /** The token of an attempt whose outcome is unknown: it may hold the lease, and nobody knows. */
  #uncertainToken: string | undefined;
  /** The text of the claim as it was last seen. */
  #claim: string | undefined;
  /** The other environment's claim that was logged last. */
  #loggedClaim: string | undefined;
  #mayLearnAt: number;

  constructor(parts: EnvironmentIngestorParts, timing: LeaseTiming = LEASE_TIMING) {
    this.#parts = parts;
    this.#timing = timing;
    this.#mayLearnAt = parts.clock.monotonic();
    this.#running = this.#run();
  }

  /** Whether this process holds the environment right now. */
  get leads(): boolean {
    return this.#leadership !== undefined;
  }

  /** How the stream from LaunchDarkly does; `undefined` while another process leads. */
  get upstream(): UpstreamState | undefined {
    return this.#leadership?.upstream;
  }

  /** Whether the prefix was another environment's when Redis was last asked. */
  get isForeign(): boolean {
    return this.#loggedClaim !== undefined;
  }

  /** Who this process is for the environment: also what it has learnt of that. */
  get identity(): Identity {
    return this.#parts.identity;
  }

  /** Gives the lease back, if held, and ends. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#leadership?.resign();
    await this.#running;
    this.#parts.reports.leave();
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      // A new token each time: what an earlier holding left under way must not count as ours.
      const token = randomToken();
      if (await this.#acquire(token)) await this.#lead(token);
      else await this.#parts.clock.sleep(this.#timing.renewMs, this.#stopping.signal);
    }
  }

  async #acquire(token: string): Promise<boolean> {
    try {
      const acquired = await this.#tryAcquire(token);
      this.#parts.reports.answered();
      return acquired;
    } catch (error) {
      this.#parts.reports.failed(error);
      return false;
    }
  }

  /** Tries to take the lease, unless the prefix is claimed by another environment. */
  async #tryAcquire(token: string): Promise<boolean> {
    const { store } = this.#parts;
    // Otherwise a Redis that was frozen and then executes the command leaves the environment without leader until the lease expires.
    if (this.#uncertainToken !== undefined) await store.release(this.#uncertainToken);
    this.#uncertainToken = undefined;
    if (!this.#mayLead) this.#claim = (await store.status()).claim;
    // The claim is judged here, and Redis only compares its text (C2). The second try knows it, unless it changes all the time.
    for (let tries = 0; tries < 2 && this.#mayLead; tries++) {
      this.#uncertainToken = token;
      const outcome = await store.acquire(token, this.#timing.ttlMs, this.#claim);
      this.#uncertainToken = undefined;
      if (outcome.kind !== "claimed") {
        if (!this.#foreign) this.#logClaim();
        return outcome.kind === "acquired";
      }
      this.#claim = outcome.claim;
    }
    this.#logClaim();
    return false;
  }

  get #foreign(): boolean {
    return ownershipOf(this.#claim, this.#parts.identity.claim) === "foreign";
  }

  /** Without knowing its environment's id it may lead against a claim, to learn the id, but not again and again (C5). */
  get #mayLead(): boolean {
    const { identity, clock } = this.#parts;
    return !this.#foreign || (!identity.settled && clock.monotonic() >= this.#mayLearnAt);
  }

  /** Logs once that the prefix is claimed by another environment, and once when it no longer is. */
  #logClaim(): void {
    const { prefix, identity, logger } = this.#parts;
    const foreign = this.#foreign ? this.#claim : undefined;
    if (foreign === this.#loggedClaim) return;
    this.#loggedClaim = foreign;
    if (foreign === undefined) {
      logger.info(`the prefix "${prefix}" in Redis belongs to this environment again`, {
        event: "claim.ours",
        prefix,
      });
      return;
    }
    const { message, facts } = foreignClaim(prefix, foreign, identity.claim);
    logger.error(message, facts);
  }

  async #lead(token: string): Promise<void> {
    const { logger, clock, leases } = this.#parts;
    if (this.#foreign)
      logger.info("asking LaunchDarkly for the environment's id, to tell whether the prefix belongs to it", {
        event: "claim.learning",
      });
    else leases.taken();
    this.#leadership = new Leadership(this.#leadershipParts(), token, this.#claim);
    if (this.#stopping.signal.aborted) this.#leadership.resign();
    const end = await this.#leadership.lead();
    this.#claim = this.#leadership.claim;
    this.#leadership = undefined;
    if (end === "foreign") {
      this.#mayLearnAt = clock.monotonic() + this.#timing.learnAgainMs;
      this.#logClaim();
    }
    leases.ended(end);
  }

  #leadershipParts(): LeadershipParts {
    const { repaired, logger } = this.#parts;
    return {
      ...this.#parts,
      timing: this.#timing,
      repaired: (repair: Repair) => {
        logger.warn("items in Redis were missing or modified by others, repaired", {
          event: "content.repaired",
          ...repair,
        });
        repaired();
      },
    };
  }
}
