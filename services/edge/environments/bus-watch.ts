import type { Clock } from "../../../shared/base/clock.ts";
import type { RelayStatus } from "../../../shared/bus/environment-store.ts";
import type { Usability } from "../../../shared/bus/usability.ts";
import type { UpstreamState } from "../../../shared/model/upstream-state.ts";
import type { RedisReports, RedisState } from "../../../shared/redis/redis-state.ts";
import { type ChangesState, type ChangesView, changesState } from "./changes-state.ts";
import { Growth } from "./growth.ts";
import { UpstreamWatch } from "./upstream-watch.ts";

/** Whether this edge reaches the Redis that it follows, and since when (milliseconds since the epoch). */
export interface StoreState {
  readonly state: "INITIALIZING" | "VALID" | "INTERRUPTED";
  readonly since: number;
}

/**
 * What an edge knows of an environment's way from LaunchDarkly through an ingestor and Redis to itself, from what it
 * reads, cannot read, and sees to stand still.
 */
export class BusWatch {
  readonly #clock: Clock;
  readonly #redis: RedisState;
  readonly #reports: RedisReports;
  readonly #startedAt: number;
  readonly #upstream: UpstreamWatch;
  readonly #word: Growth;
  readonly #holder: Growth;
  #store: StoreState;
  #usability: { readonly value: Usability; readonly since: number } | undefined;
  #changes: ChangesState;

  /** `environment`: its name. */
  constructor(redis: RedisState, environment: string, clock: Clock) {
    this.#clock = clock;
    this.#redis = redis;
    this.#reports = redis.reports(environment);
    this.#startedAt = clock.now();
    this.#upstream = new UpstreamWatch(clock);
    this.#word = new Growth(clock);
    this.#holder = new Growth(clock);
    this.#store = { state: "INITIALIZING", since: this.#startedAt };
    this.#changes = { state: "INITIALIZING", since: this.#startedAt };
  }

  get upstream(): UpstreamState {
    return this.#upstream.state;
  }

  /** LaunchDarkly's id of the environment, if upstream ever named it. */
  get envId(): string | undefined {
    return this.#upstream.envId;
  }

  get store(): StoreState {
    return this.#store;
  }

  /** Whether what Redis holds can be served, as it was last seen; `undefined` until Redis has answered. */
  get usability(): Usability | undefined {
    return this.#usability?.value;
  }

  /** Whether changes of flags arrive here, and if not, since when and why. */
  get changes(): ChangesState {
    this.#changes = changesState(this.#changes, this.#view, this.#clock.now());
    return this.#changes;
  }

  /** For how long the holder's word that Redis holds LaunchDarkly's data has not been seen to grow, in milliseconds. */
  get wordAgeMs(): number {
    return this.#word.stillMs;
  }

  /** What Redis says beside the data was read. */
  statusRead({ seenAt, upstream }: RelayStatus): void {
    this.#upstream.reported(upstream);
    this.#word.read(seenAt);
    this.#holder.read(upstream?.aliveAt ?? 0);
  }

  /** What Redis holds can be served from now on, or cannot. */
  usabilityChanged(usability: Usability): void {
    this.#usability = { value: usability, since: this.#clock.now() };
  }

  answered(): void {
    this.#reports.answered();
    if (this.#store.state !== "VALID") this.#store = { state: "VALID", since: this.#clock.now() };
  }

  failed(error: unknown): void {
    this.#reports.failed(error);
    if (this.#store.state !== "INTERRUPTED") this.#store = { state: "INTERRUPTED", since: this.#clock.now() };
  }

  /** Nothing is asked any more. */
  stop(): void {
    this.#reports.leave();
  }

  get #view(): ChangesView {
    return {
      startedAt: this.#startedAt,
      store: this.#store,
      redisCause: this.#redis.trouble?.cause,
      usability: this.#usability,
      word: this.#word,
      holder: this.#holder,
    };
  }
}
