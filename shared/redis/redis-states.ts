import type { Clock } from "../base/clock.ts";
import { getOrMake } from "../base/get-or-make.ts";
import type { Logger } from "../base/logger.ts";
import type { RedisSettings } from "../config/redis-settings.ts";
import { RedisState } from "./redis-state.ts";

/** The state of each Redis that a process uses: one for each server and user, whoever connects to it. */
export class RedisStates {
  readonly #states = new Map<string, RedisState>();
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #processName: string;

  /** `processName`: what connections to Redis are named after, for who lists them there. */
  constructor(logger: Logger, clock: Clock, processName = "ld-relay") {
    this.#processName = processName;
    this.#logger = logger;
    this.#clock = clock;
  }

  of(settings: RedisSettings): RedisState {
    // Two databases of one server are away together.
    const key = JSON.stringify({ ...settings, db: 0 });
    return getOrMake(
      this.#states,
      key,
      () => new RedisState(settings, this.#logger, this.#clock, this.#processName),
    );
  }

  [Symbol.iterator](): Iterator<RedisState> {
    return this.#states.values();
  }
}
