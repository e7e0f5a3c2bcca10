import type { Cause, Trouble } from "./cause.ts";
import type { Clock } from "./clock.ts";
import { Outage, type OutageNews, type OutageTiming } from "./outage.ts";

/** Somebody who uses a service, and says after each attempt whether it went well. */
export interface OutagePart {
  failed(cause: Cause): void;
  worked(): void;
  /** Uses the service no more; says nothing afterwards. */
  leave(): void;
}

/** How often an outage is looked at while it lasts, in milliseconds. */
const LOOK_MS = 250;
/** Outages that follow each other within this are told less and less often, in milliseconds. */
const SERIES_MS = 600_000;
/** An outage that follows closely upon another counts as over after at most so many milliseconds of calm. */
const MAX_CALM_MS = 60_000;

/**
 * Makes one outage of what many parts of a process suffer from one service: one line when it begins, whoever is
 * hit, another when its cause becomes known or changes, one when it is over. What works and fails by turns is one
 * outage, and a service that comes and goes for long is told of ever less often.
 */
export class OutageReporter {
  readonly #say: (news: OutageNews) => void;
  readonly #timing: OutageTiming;
  readonly #clock: Clock;
  #outage: Outage<OutagePart> | undefined;
  #watching = new AbortController();
  #stopped = false;
  #calmMs: number;
  #endedAt = Number.NEGATIVE_INFINITY;

  /** `say` is called with what is worth a line, in order. */
  constructor(say: (news: OutageNews) => void, timing: OutageTiming, clock: Clock) {
    this.#say = say;
    this.#timing = timing;
    this.#clock = clock;
    this.#calmMs = timing.calmMs;
  }

  /** Whether anybody's last attempt failed, since when there has been trouble, and why. */
  get trouble(): Trouble | undefined {
    const cause = this.#outage?.failure(this.#clock.monotonic());
    return this.#outage && cause && { since: this.#outage.since, cause };
  }

  /** Somebody begins to use the service, for an environment or for all. */
  part(environment?: string): OutagePart {
    const part: OutagePart = {
      failed: (cause) => this.#failed(part, environment, cause),
      worked: () => this.#outage?.worked(part, this.#clock.monotonic()),
      leave: () => this.#left(part),
    };
    return part;
  }

  /** Ends watching for good: what is reported from now on is ignored. */
  stop(): void {
    this.#stopped = true;
    this.#forget();
  }

  #failed(part: OutagePart, environment: string | undefined, cause: Cause): void {
    if (this.#stopped) return;
    this.#outage ??= this.#begin(cause);
    this.#outage.failed(part, environment, cause, this.#clock.monotonic());
  }

  #left(part: OutagePart): void {
    this.#outage?.left(part, this.#clock.monotonic());
    if (this.#outage?.isAbandoned) this.#forget();
  }

  #begin(cause: Cause): Outage<OutagePart> {
    const now = this.#clock.monotonic();
    const isSeries = now - this.#endedAt < SERIES_MS;
    this.#calmMs = isSeries ? Math.min(MAX_CALM_MS, this.#calmMs * 2) : this.#timing.calmMs;
    const timing = { ...this.#timing, calmMs: this.#calmMs };
    const outage = new Outage<OutagePart>(timing, this.#clock.now(), now, cause);
    this.#watching = new AbortController();
    void this.#watch(outage, this.#watching.signal);
    return outage;
  }

  async #watch(outage: Outage<OutagePart>, signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#clock.sleep(LOOK_MS, signal);
      if (signal.aborted) return;
      const { news, over } = outage.look(this.#clock.monotonic());
      for (const one of news) this.#say(one);
      if (over) this.#forget();
    }
  }

  #forget(): void {
    this.#outage = undefined;
    this.#endedAt = this.#clock.monotonic();
    this.#watching.abort();
  }
}
