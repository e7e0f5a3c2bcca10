import { systemClock } from "../../shared/base/clock.ts";
import type { Logger } from "../../shared/base/logger.ts";
import type { RedisSettings } from "../../shared/config/redis-settings.ts";
import { type RedisReports, RedisState } from "../../shared/redis/redis-state.ts";
import { RedisStates } from "../../shared/redis/redis-states.ts";

/** Reports of how Redis answers, for parts whose reports are not what a test is about. */
export const ignoredReports: RedisReports = {
  failed: () => undefined,
  answered: () => undefined,
  leave: () => undefined,
};

/** What a part last reported. */
export class LastReport implements RedisReports {
  well: boolean | undefined;

  failed(): void {
    this.well = false;
  }

  answered(): void {
    this.well = true;
  }

  leave(): void {
    this.well = undefined;
  }
}

/** The state of a Redis that one test uses alone. */
export function redisState(settings: RedisSettings, logger: Logger): RedisState {
  return new RedisState(settings, logger, systemClock);
}

/** The states of what a role under test connects to. */
export function redisStates(logger: Logger): RedisStates {
  return new RedisStates(logger, systemClock);
}
