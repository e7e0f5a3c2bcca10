import type { Redis } from "ioredis";
import { describeError } from "../../shared/base/errors.ts";
import type { Logger } from "../../shared/base/logger.ts";
import { durabilityConcerns } from "../../shared/redis/durability.ts";

/** Whether the Redis of the events keeps what it is given. */
export class DurabilityCheck {
  readonly #redis: Redis;
  readonly #logger: Logger;
  #concerns: readonly string[] = [];

  constructor(redis: Redis, logger: Logger) {
    this.#redis = redis;
    this.#logger = logger;
  }

  /** What was wrong at the last look. */
  get concerns(): readonly string[] {
    return this.#concerns;
  }

  /** Asks Redis, and warns of what is wrong if that is new. */
  look(): void {
    void this.#look();
  }

  async #look(): Promise<void> {
    try {
      const before = this.#concerns;
      this.#concerns = await durabilityConcerns(this.#redis);
      for (const concern of this.#concerns.filter((one) => !before.includes(one)))
        this.#logger.warn(`the Redis for events is not durable: ${concern}`, { event: "events.not_durable" });
    } catch (error) {
      this.#logger.debug("cannot read how Redis persists its data", { error: describeError(error) });
    }
  }
}
