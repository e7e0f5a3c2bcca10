import type { Clock } from "../../../shared/base/clock.ts";
import { describeError } from "../../../shared/base/errors.ts";
import type { LogEvent } from "../../../shared/base/log-events.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { StoreFailure } from "./store-failure.ts";

/** Between two lines while the failure lasts. */
const LOG_EVERY_MS = 60_000;

/** Failures that last until somebody changes something. An outage of Redis and a foreign claim have lines of their own. */
const LASTING: Partial<Record<StoreFailure, { readonly event: LogEvent<"error">; readonly why: string }>> = {
  not_permitted: {
    event: "events.store_not_permitted",
    why: "the relay's Redis user lacks permissions. Grant those in docs/deploy.md, or correct its name and password",
  },
  failed: { event: "events.store_failed", why: "retrying would fail the same way" },
};

/** Logs that Redis rejects events for a reason that does not pass by itself: once a minute, and once when it is over. */
export class RefusalLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  #loggedAt = Number.NEGATIVE_INFINITY;
  #lasting = false;

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  failed(failure: StoreFailure, error: unknown, environment: string): void {
    const lasting = LASTING[failure];
    if (lasting === undefined || this.#clock.monotonic() - this.#loggedAt < LOG_EVERY_MS) return;
    this.#loggedAt = this.#clock.monotonic();
    this.#lasting = true;
    this.#logger.error(`Redis rejects events, SDKs get 503: ${lasting.why}`, {
      event: lasting.event,
      environment,
      error: describeError(error),
    });
  }

  stored(): void {
    if (!this.#lasting) return;
    this.#lasting = false;
    this.#logger.info("Redis accepts events again", { event: "events.store_back" });
  }
}
