import type { Clock } from "../../../shared/base/clock.ts";
import type { LogEvent } from "../../../shared/base/log-events.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import { someNames } from "../../../shared/base/some-names.ts";
import type { LeadershipEnd } from "./leadership.ts";

/** What happened to leases, whichever environments they are of. */
interface LeaseChange {
  readonly event: Extract<LogEvent<"info">, `lease.${string}`>;
  readonly reason?: string;
}

const TAKEN: LeaseChange = { event: "lease.taken" };
const ENDED: Readonly<Record<LeadershipEnd, LeaseChange>> = {
  lost: { event: "lease.lost", reason: "the lease has expired or another ingestor holds it" },
  resigned: { event: "lease.released", reason: "stopping" },
  foreign: { event: "lease.released", reason: "the prefix belongs to another environment" },
};

/** Changes within this time share a line, in milliseconds. */
const GATHER_MS = 1000;

/**
 * Logs which leases this process takes, loses and releases, in one line for all environments that the same thing happens
 * to: an outage of Redis, or a takeover, concerns all of them at once.
 */
export class LeaseLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  readonly #gathered = new Map<LeaseChange, Set<string>>();

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  taken(environment: string): void {
    this.#gather(environment, TAKEN);
  }

  ended(environment: string, end: LeadershipEnd): void {
    this.#gather(environment, ENDED[end]);
  }

  /** Logs what was gathered, and from now on each change at once. */
  stop(): void {
    this.#stopping.abort();
    this.#log();
  }

  #gather(environment: string, change: LeaseChange): void {
    const isFirst = this.#gathered.size === 0;
    const environments = this.#gathered.get(change) ?? new Set();
    this.#gathered.set(change, environments.add(environment));
    if (isFirst) void this.#clock.sleep(GATHER_MS, this.#stopping.signal).then(() => this.#log());
  }

  #log(): void {
    const all = [...this.#gathered];
    this.#gathered.clear();
    for (const [change, environments] of all)
      this.#logger.info(textOf(change, environments.size), {
        ...change,
        environments: someNames(environments),
        environmentCount: environments.size,
      });
  }
}

function textOf({ reason }: LeaseChange, count: number): string {
  const environments = count === 1 ? "1 environment" : `${count} environments`;
  return reason === undefined ? `leading ${environments}` : `no longer leading ${environments}: ${reason}`;
}
