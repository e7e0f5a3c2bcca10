import type { Clock } from "../../../shared/base/clock.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import type { PostResult } from "./delivery-outcome.ts";

/** For so long nothing is compressed any more after it was refused. */
const SUSPENDED_MS = 3600_000;
/** 400 says of a payload that it is bad; so many in a row, and none taken, that it is not the payloads. */
const BAD_IN_A_ROW = 10;

/** Whether what receives our POSTs takes gzip. LaunchDarkly does; a proxy in between may not. */
export class CompressionHealth {
  readonly #logger: Logger;
  readonly #clock: Clock;
  #suspendedUntil = Number.NEGATIVE_INFINITY;
  #badInARow = 0;

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** Whether new payloads go out as they came. */
  get isSuspended(): boolean {
    return this.#clock.monotonic() < this.#suspendedUntil;
  }

  /** Notes what became of a POST. */
  observe({ compressed }: EventPayload, result: PostResult): void {
    if (compressed !== true || result.kind !== "answered") return;
    if (result.status >= 200 && result.status < 300) this.#badInARow = 0;
    else if (result.status === 400) this.#badInARow += 1;
    if (result.status === 415 || this.#badInARow >= BAD_IN_A_ROW) this.#suspend(result.status);
  }

  #suspend(status: number): void {
    const known = this.isSuspended;
    this.#suspendedUntil = this.#clock.monotonic() + SUSPENDED_MS;
    this.#badInARow = 0;
    if (known) return;
    this.#logger.warn(
      `compressed events were refused with ${status}, sending uncompressed for an hour. ` +
        "If a proxy in front of LaunchDarkly does not accept gzip, set [Events] compress = false",
      { event: "events.compression_refused", status },
    );
  }
}
