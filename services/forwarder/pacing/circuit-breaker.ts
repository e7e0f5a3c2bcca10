import { type BackoffPolicy, backoffMs } from "../../../shared/base/backoff.ts";
import type { Clock } from "../../../shared/base/clock.ts";
import type { Random } from "../../../shared/base/random.ts";
import type { DestinationSignal } from "./destination-signal.ts";

/** Permits at the beginning: a forwarder that has just started does not overload what may have just come back, either. */
const FIRST_PERMITS = 8;
/** Failures in a row that open the circuit. */
const PATIENCE = 5;
const FIRST_OPEN_MS = 1000;
const LONGEST_OPEN_MS = 30_000;

/** What a circuit needs. */
export interface CircuitBreakerParts {
  /** POSTs at a time, when all is well. */
  readonly permits: number;
  /** The longest open period, if that is less than half a minute. */
  readonly maxOpenMs: number;
  /** Ends all waiting and the open period; nobody is let in afterwards. */
  readonly stopping: AbortSignal;
  /** Called when the circuit opens, and when it is closed again. */
  readonly changed: (open: boolean) => void;
  readonly clock: Clock;
  readonly random: Random;
}

type State = "closed" | "open" | "half-open";

/**
 * Keeps POSTs from one destination while it fails, as this process alone sees it.
 *
 * | state | permits | a POST succeeds | a POST fails |
 * | --- | --- | --- | --- |
 * | *closed* | 8 at first, one more with each success, up to all | stays | after five failures in a row: *open* |
 * | *open* for a period | none: who waits is turned away | (sent before: says nothing) | (sent before: says nothing) |
 * | *half-open*, when the period is over, or {@link hurry} ends it | one | *closed*, with one permit | *open*, for twice as long |
 *
 * So what has waited does not overload a service that has just come back. Periods have jitter, so that forwarders do not all
 * try at the same moment; they begin with the first length again once all permits are there. When the process stops, nobody
 * is let in any more.
 */
export class CircuitBreaker {
  readonly #parts: CircuitBreakerParts;
  readonly #openPeriods: BackoffPolicy;
  readonly #waiting: ((entered: boolean) => void)[] = [];
  #permits: number;
  #inside = 0;
  #failures = 0;
  /** Open periods since it last had all permits. */
  #periods = 0;
  #state: State = "closed";
  #openUntil = 0;
  #endPeriod: () => void = () => undefined;

  constructor(parts: CircuitBreakerParts) {
    this.#parts = parts;
    this.#permits = Math.min(FIRST_PERMITS, parts.permits);
    this.#openPeriods = {
      firstMs: Math.min(FIRST_OPEN_MS, parts.maxOpenMs),
      maxMs: Math.min(LONGEST_OPEN_MS, parts.maxOpenMs),
      jitter: 0.5,
    };
    parts.stopping.addEventListener("abort", () => this.#turnAway(), { once: true });
  }

  /** Whether nothing can be delivered at the moment. */
  get isOpen(): boolean {
    return this.#state !== "closed";
  }

  /** Whether the open period is over, and one POST may find out whether the destination is back. */
  get isProbing(): boolean {
    return this.#state === "half-open" && this.#inside < this.#permits;
  }

  /** How long the open period still lasts, and a random bit more; 0 while the circuit is closed. */
  retryInMs(): number {
    const { clock, random } = this.#parts;
    const leftMs = this.#state === "open" ? Math.max(0, this.#openUntil - clock.monotonic()) : 0;
    return this.isOpen ? Math.round(leftMs + random() * this.#openPeriods.firstMs) : 0;
  }

  /** Resolves with true when a POST may be sent, which {@link leave} must follow, or with false: not now. */
  enter(): Promise<boolean> {
    if (this.#parts.stopping.aborted || (this.isOpen && !this.isProbing)) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#letIn();
    });
  }

  leave(sign: DestinationSignal): void {
    this.#inside -= 1;
    // A refused key still proves that the service is up.
    if (sign === "healthy" || sign === "refused") this.#succeeded();
    if (sign === "failing") this.#failed();
    this.#letIn();
  }

  /** Ends the open period now: there is reason to believe that a try is worth it. */
  hurry(): void {
    if (this.#state === "open") this.#probe();
  }

  #letIn(): void {
    while (this.#inside < this.#permits) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#inside += 1;
      next(true);
    }
  }

  #succeeded(): void {
    // An answer to what was sent before the circuit opened says nothing about now.
    if (this.#state === "open") return;
    this.#failures = 0;
    this.#enterState("closed");
    this.#permits = Math.min(this.#parts.permits, this.#permits + 1);
    if (this.#permits === this.#parts.permits) this.#periods = 0;
  }

  #failed(): void {
    if (this.#state === "open") return;
    this.#failures += 1;
    if (this.#state === "half-open" || this.#failures >= PATIENCE) void this.#open();
  }

  async #open(): Promise<void> {
    const { clock, random } = this.#parts;
    this.#periods += 1;
    this.#failures = 0;
    this.#permits = 0;
    const openMs = backoffMs(this.#openPeriods, this.#periods, random);
    this.#openUntil = clock.monotonic() + openMs;
    this.#enterState("open");
    this.#turnAway();
    const period = new AbortController();
    this.#endPeriod = () => period.abort();
    await clock.sleep(openMs, AbortSignal.any([this.#parts.stopping, period.signal]));
    if (!this.#parts.stopping.aborted && !period.signal.aborted) this.#probe();
  }

  #probe(): void {
    this.#endPeriod();
    this.#enterState("half-open");
    this.#permits = 1;
  }

  #turnAway(): void {
    for (const tell of this.#waiting.splice(0)) tell(false);
  }

  #enterState(state: State): void {
    const wasOpen = this.isOpen;
    this.#state = state;
    if (this.isOpen !== wasOpen) this.#parts.changed(this.isOpen);
  }
}
