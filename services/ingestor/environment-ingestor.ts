import type { Clock } from "../../shared/base/clock.ts";
import type { Logger } from "../../shared/base/logger.ts";
import { randomToken } from "../../shared/base/random.ts";
import type { EnvironmentStore } from "../../shared/bus/environment-store.ts";
import type { RedisReports } from "../../shared/redis/redis-state.ts";
import { Leadership } from "./leadership.ts";
import { LEASE_TIMING, type LeaseTiming } from "./lease.ts";
import type { FlagStream, ReceivedEvent } from "./upstream/flag-stream.ts";

/**
 * Keeps one environment in Redis true to LaunchDarkly, together with other ingestors: whoever holds the lease
 * leads, the others stay warm and try for it every second.
 */
export class EnvironmentIngestor {
  readonly #store: EnvironmentStore;
  readonly #openStream: (take: (received: ReceivedEvent) => void) => FlagStream;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #reports: RedisReports;
  readonly #timing: LeaseTiming;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #leadership: Leadership | undefined;
  /** The token of an attempt whose outcome is unknown: it may hold the lease, and nobody knows. */
  #doubtful: string | undefined;

  constructor(
    store: EnvironmentStore,
    openStream: (take: (received: ReceivedEvent) => void) => FlagStream,
    reports: RedisReports,
    clock: Clock,
    logger: Logger,
    timing: LeaseTiming = LEASE_TIMING,
  ) {
    this.#store = store;
    this.#openStream = openStream;
    this.#clock = clock;
    this.#logger = logger;
    this.#reports = reports;
    this.#timing = timing;
    this.#running = this.#run();
  }

  /** Whether this process holds the environment right now. */
  get leads(): boolean {
    return this.#leadership !== undefined;
  }

  /** Gives the lease back, if held, and ends. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#leadership?.resign();
    await this.#running;
    this.#reports.leave();
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      // A new token each time: what an earlier holding left under way must not count as ours.
      const token = randomToken();
      if (await this.#acquire(token)) await this.#lead(token);
      else await this.#clock.sleep(this.#timing.renewMs, this.#stopping.signal);
    }
  }

  async #acquire(token: string): Promise<boolean> {
    try {
      // Otherwise a Redis that was frozen, and then does what it was asked, is led by nobody for a lease's whole life.
      if (this.#doubtful !== undefined) await this.#store.release(this.#doubtful);
      this.#doubtful = token;
      const acquired = await this.#store.acquire(token, this.#timing.ttlMs);
      this.#doubtful = undefined;
      this.#reports.answered();
      return acquired;
    } catch (error) {
      this.#reports.failed(error);
      return false;
    }
  }

  async #lead(token: string): Promise<void> {
    this.#logger.info("leading this environment");
    this.#leadership = new Leadership(
      this.#store,
      token,
      this.#openStream,
      this.#clock,
      this.#reports,
      this.#timing,
    );
    if (this.#stopping.signal.aborted) this.#leadership.resign();
    await this.#leadership.lead();
    this.#leadership = undefined;
    this.#logger.info("leading this environment no more");
  }
}
