import type { Clock } from "../../../shared/base/clock.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import { someNames } from "../../../shared/base/some-names.ts";

/** What happened to an environment's lease. */
interface LeaseNews {
  readonly event: "lease.taken" | "lease.left";
  /** Why it was left. */
  readonly reason?: string;
}

/** What happens within this is one line, in milliseconds: leases are lost and taken together. */
const GATHER_MS = 1000;

/**
 * Logs which leases this process takes and leaves, in one line for all environments that share the event and its reason:
 * an outage of Redis, or a take-over, concerns all of them at once.
 */
export class LeaseLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  readonly #gathered = new Map<string, { readonly news: LeaseNews; readonly environments: Set<string> }>();

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  taken(environment: string): void {
    this.#gather(environment, { event: "lease.taken" });
  }

  left(environment: string, reason: string): void {
    this.#gather(environment, { event: "lease.left", reason });
  }

  /** Says at once what was gathered, and from now on each by itself. */
  stop(): void {
    this.#stopping.abort();
    this.#say();
  }

  #gather(environment: string, news: LeaseNews): void {
    const isFirst = this.#gathered.size === 0;
    const key = `${news.event} ${news.reason}`;
    const entry = this.#gathered.get(key) ?? { news, environments: new Set() };
    entry.environments.add(environment);
    this.#gathered.set(key, entry);
    if (isFirst) void this.#clock.sleep(GATHER_MS, this.#stopping.signal).then(() => this.#say());
  }

  #say(): void {
    const all = [...this.#gathered.values()];
    this.#gathered.clear();
    for (const { news, environments } of all) {
      const count = environments.size === 1 ? "1 environment" : `${environments.size} environments`;
      this.#logger.info(news.event === "lease.taken" ? `leading ${count}` : `leading ${count} no more`, {
        ...news,
        environments: someNames(environments),
        environmentCount: environments.size,
      });
    }
  }
}
