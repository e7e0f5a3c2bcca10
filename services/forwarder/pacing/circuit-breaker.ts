import { type BackoffPolicy, backoffMs } from "../../../shared/base/backoff.ts";
import type { Clock } from "../../../shared/base/clock.ts";
import type { Random } from "../../../shared/base/random.ts";
import type { DestinationSignal } from "./destination-signal.ts";

/** Places at the beginning: also a forwarder that has just started does not fall upon what may have just come back. */
const FIRST_PLACES = 8;
/** Failures in a row that open the circuit. */
const PATIENCE = 5;
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 30_000;

/** What a circuit needs. */
export interface CircuitBreakerParts {
  /** POSTs at a time, when all is well. */
  readonly places: number;
  /** The longest rest, if that is less than half a minute. */
  readonly maxRestMs: number;
  /** Ends all waiting, and rests; whoever comes afterwards is not let in. */
  readonly stopping: AbortSignal;
  /** Is told when nothing can be delivered any more, and when something can be again. */
  readonly changed: (open: boolean) => void;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * The way to one destination, known to this process alone. A few may use it at a time, and with each success one more,
 * so that what has waited does not fall upon a service that has just come back. After five failures in a row nobody
 * may, for a while; then one who comes finds out, and the others are turned away. If that goes well, it begins anew with
 * one place; if not, the rest is twice as long. Rests have jitter: not every forwarder tries at the same moment.
 */
export class CircuitBreaker {
  readonly #parts: CircuitBreakerParts;
  readonly #rest: BackoffPolicy;
  readonly #waiting: ((entered: boolean) => void)[] = [];
  #places: number;
  #inside = 0;
  #failures = 0;
  /** Rests since it was last fully open to traffic. */
  #rests = 0;
  #trouble: "none" | "resting" | "probing" = "none";
  #restsUntil = 0;
  #endRest: () => void = () => undefined;

  constructor(parts: CircuitBreakerParts) {
    this.#parts = parts;
    this.#places = Math.min(FIRST_PLACES, parts.places);
    this.#rest = {
      firstMs: Math.min(FIRST_REST_MS, parts.maxRestMs),
      maxMs: Math.min(LONGEST_REST_MS, parts.maxRestMs),
      jitter: 0.5,
    };
    parts.stopping.addEventListener("abort", () => this.#turnAway(), { once: true });
  }

  /** Whether nothing can be delivered at the moment. */
  get isOpen(): boolean {
    return this.#trouble !== "none";
  }

  /** Whether it has rested, and one may find out whether that has helped. */
  get isProbing(): boolean {
    return this.#trouble === "probing" && this.#inside < this.#places;
  }

  /** How long it still rests, and a random bit more; 0 when it does not. */
  retryInMs(): number {
    const { clock, random } = this.#parts;
    const leftMs = this.#trouble === "resting" ? Math.max(0, this.#restsUntil - clock.monotonic()) : 0;
    return this.isOpen ? Math.round(leftMs + random() * this.#rest.firstMs) : 0;
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
    // Also who refuses a key is there.
    if (sign === "healthy" || sign === "refused") this.#succeeded();
    if (sign === "failing") this.#failed();
    this.#letIn();
  }

  /** Ends a rest now: there is reason to believe that a try is worth it. */
  hurry(): void {
    if (this.#trouble === "resting") this.#probe();
  }

  #letIn(): void {
    while (this.#inside < this.#places) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#inside += 1;
      next(true);
    }
  }

  #succeeded(): void {
    // An answer to what was sent before the rest says nothing about now.
    if (this.#trouble === "resting") return;
    this.#failures = 0;
    this.#become("none");
    this.#places = Math.min(this.#parts.places, this.#places + 1);
    if (this.#places === this.#parts.places) this.#rests = 0;
  }

  #failed(): void {
    if (this.#trouble === "resting") return;
    this.#failures += 1;
    if (this.#trouble === "probing" || this.#failures >= PATIENCE) void this.#takeRest();
  }

  async #takeRest(): Promise<void> {
    const { clock, random } = this.#parts;
    this.#rests += 1;
    this.#failures = 0;
    this.#places = 0;
    const restMs = backoffMs(this.#rest, this.#rests, random);
    this.#restsUntil = clock.monotonic() + restMs;
    this.#become("resting");
    this.#turnAway();
    const rest = new AbortController();
    this.#endRest = () => rest.abort();
    await clock.sleep(restMs, AbortSignal.any([this.#parts.stopping, rest.signal]));
    if (!this.#parts.stopping.aborted && !rest.signal.aborted) this.#probe();
  }

  #probe(): void {
    this.#endRest();
    this.#become("probing");
    this.#places = 1;
  }

  #turnAway(): void {
    for (const tell of this.#waiting.splice(0)) tell(false);
  }

  #become(trouble: "none" | "resting" | "probing"): void {
    const wasOpen = this.isOpen;
    this.#trouble = trouble;
    if (this.isOpen !== wasOpen) this.#parts.changed(this.isOpen);
  }
}
