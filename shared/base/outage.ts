import type { Cause } from "./cause.ts";

/** How outages of a service are told apart, in milliseconds. */
export interface OutageTiming {
  /** Between the first failure and the line about it, so that all who are hit, and the cause, can stand in it. */
  readonly settleMs: number;
  /** How long nothing must fail before an outage counts as over: what alternates within this is one outage. */
  readonly calmMs: number;
  /** A part that failed and then says nothing for so long does not try any more, and is no longer waited for. */
  readonly forgetMs: number;
  /** A cause that was told is told again only after it was the only one for so long. */
  readonly repeatMs: number;
  /** Between lines that say that the outage goes on. */
  readonly remindMs: number;
}

/** What is worth a line, and what is known of the outage by then. */
export interface OutageNews {
  readonly kind: "began" | "cause" | "lasts" | "ended";
  readonly cause: Cause;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly lastedMs: number;
  /** Names of the environments that were hit so far. */
  readonly environments: ReadonlySet<string>;
}

/** What fails again within this did not work in between, in milliseconds: attempts come every second. */
const FLICKER_MS = 2500;

/** More different causes than any service has, so that texts which differ each time cannot fill the log. */
const MAX_CAUSES = 16;

/**
 * One outage of a service, from its first failure until nothing has failed for a while. It knows no clock and no
 * logger: what it is told carries the monotonic time, and {@link look} says what is worth a line by then.
 */
export class Outage<Part> {
  readonly #timing: OutageTiming;
  readonly #since: number;
  readonly #beganAt: number;
  readonly #environments = new Set<string>();
  /** Everybody who was hit and is still there. */
  readonly #hit = new Set<Part>();
  /** Whose last attempt failed, why and when. */
  readonly #failing = new Map<Part, { readonly cause: Cause; readonly at: number }>();
  /** When each cause was last seen, by its code. */
  readonly #seenAt = new Map<string, number>();
  readonly #told = new Set<string>();
  #cause: Cause;
  #toldCause: Cause | undefined;
  #toldAt = 0;
  #lastFailureAt: number;
  /** When the last attempt of everybody had gone well, last. */
  #recoveredAt: number;

  /** `since` in milliseconds since the epoch, `now` and all later times monotonic. */
  constructor(timing: OutageTiming, since: number, now: number, cause: Cause) {
    this.#timing = timing;
    this.#since = since;
    this.#beganAt = now;
    this.#recoveredAt = now;
    this.#lastFailureAt = now;
    this.#cause = cause;
  }

  /**
   * The most telling cause among those who fail right now. What works and fails by turns fails, so that all last attempts
   * must have gone well for a while before it is `undefined`.
   */
  failure(now: number): Cause | undefined {
    if (this.#failing.size === 0) return now - this.#lastFailureAt < FLICKER_MS ? this.#cause : undefined;
    let found: Cause | undefined;
    for (const { cause } of this.#failing.values()) {
      if (!cause.vague) return cause;
      found = cause;
    }
    return found && (this.#cause.vague ? found : this.#cause);
  }

  get since(): number {
    return this.#since;
  }

  failed(part: Part, environment: string | undefined, cause: Cause, now: number): void {
    this.#failing.set(part, { cause, at: now });
    this.#hit.add(part);
    this.#lastFailureAt = now;
    if (environment !== undefined) this.#environments.add(environment);
    if (cause.vague) return;
    if (!this.#seenAt.has(cause.code) && this.#seenAt.size >= MAX_CAUSES) return;
    this.#seenAt.set(cause.code, now);
    this.#cause = cause;
  }

  worked(part: Part, now: number): void {
    if (this.#failing.delete(part) && this.#failing.size === 0) this.#recoveredAt = now;
  }

  /** Somebody does not use the service any more. */
  left(part: Part, now: number): void {
    this.worked(part, now);
    this.#hit.delete(part);
  }

  /** Whether all who were hit have left: nobody would ever know that it is over. */
  get isAbandoned(): boolean {
    return this.#hit.size === 0;
  }

  /** What is worth a line by now. Once it is over, nothing must be told to it any more. */
  look(now: number): { readonly news: readonly OutageNews[]; readonly over: boolean } {
    this.#forgetTheSilent(now);
    const over = this.#failing.size === 0 && now - this.#recoveredAt >= this.#timing.calmMs;
    const news: OutageNews[] = [];
    const kind = this.#due(over, now);
    if (kind !== undefined) news.push(this.#tell(kind, now));
    // If everybody who was hit is gone, nobody knows whether the service is back.
    if (over && this.#hit.size > 0) news.push(this.#news("ended", this.#recoveredAt));
    return { news, over };
  }

  #due(over: boolean, now: number): "began" | "cause" | "lasts" | undefined {
    if (this.#toldCause === undefined)
      return over || now - this.#beganAt >= this.#timing.settleMs ? "began" : undefined;
    if (over) return undefined;
    if (this.#cause.code !== this.#toldCause.code && this.#isNews(this.#toldCause, now)) return "cause";
    return now - this.#toldAt >= this.#timing.remindMs ? "lasts" : undefined;
  }

  /** Whether the present cause is worth a line after one about `told`: not if the two alternate. */
  #isNews(told: Cause, now: number): boolean {
    if (!this.#told.has(this.#cause.code)) return true;
    return now - (this.#seenAt.get(told.code) ?? this.#beganAt) >= this.#timing.repeatMs;
  }

  #tell(kind: OutageNews["kind"], now: number): OutageNews {
    this.#toldCause = this.#cause;
    this.#toldAt = now;
    this.#told.add(this.#cause.code);
    return this.#news(kind, now);
  }

  #news(kind: OutageNews["kind"], until: number): OutageNews {
    return {
      kind,
      cause: this.#cause,
      since: this.#since,
      lastedMs: Math.max(0, until - this.#beganAt),
      environments: this.#environments,
    };
  }

  #forgetTheSilent(now: number): void {
    for (const [part, { at }] of this.#failing) {
      if (now - at < this.#timing.forgetMs) continue;
      this.#failing.delete(part);
      if (this.#failing.size === 0) this.#recoveredAt = at;
    }
  }
}
