import type { Clock } from "../../../shared/base/clock.ts";
import { describeError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import { mayPass, type StoreFailure } from "./store-failure.ts";

/** How often at most the log says it. */
const SAY_EVERY_MS = 60_000;

/**
 * Says that Redis refuses events which it will refuse again until somebody changes something: once a minute while it
 * lasts, and once when it is over. That Redis is away says the connection, and that they are another's the claim.
 */
export class RefusalLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  #saidAt = Number.NEGATIVE_INFINITY;
  #lasting = false;

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  failed(failure: StoreFailure, error: unknown, environment: string): void {
    if (mayPass(failure) || failure === "foreign" || this.#clock.monotonic() - this.#saidAt < SAY_EVERY_MS)
      return;
    this.#saidAt = this.#clock.monotonic();
    this.#lasting = true;
    const why =
      failure === "not_permitted"
        ? "the user of the relay has no right to. Give it the rights that docs/deploy.md names, or correct its name and password"
        : "it reports an error that will come again";
    this.#logger.error(`Redis does not store events, so SDKs are answered with 503: ${why}`, {
      event: `events.store_${failure}`,
      environment,
      error: describeError(error),
    });
  }

  stored(): void {
    if (!this.#lasting) return;
    this.#lasting = false;
    this.#logger.info("Redis stores events again", { event: "events.store_back" });
  }
}
