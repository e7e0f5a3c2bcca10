import type { Redis } from "ioredis";
import { systemClock } from "../../shared/base/clock.ts";
import { describeError, UserError } from "../../shared/base/errors.ts";
import type { Logger } from "../../shared/base/logger.ts";
import type { RedisSettings } from "../../shared/config/redis-settings.ts";
import { connectRedis, firstReady } from "../../shared/redis/connect.ts";
import { RedisState } from "../../shared/redis/redis-state.ts";

const CONNECT_MS = 3000;

/** A connection that is ready, or a {@link UserError} that says why there is none. */
export async function connectOnce(settings: RedisSettings, logger: Logger): Promise<Redis> {
  const state = new RedisState(settings, logger, systemClock);
  const redis = connectRedis(settings, "command", state);
  let problem = "no answer";
  redis.on("error", (error) => {
    problem = describeError(error);
  });
  await firstReady(redis, CONNECT_MS);
  if (redis.status === "ready") return redis;
  redis.disconnect();
  throw new UserError(`Redis at ${state.address} cannot be used: ${problem}`);
}
