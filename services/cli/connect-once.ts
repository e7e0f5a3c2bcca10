import type { Redis } from "ioredis";
import type { Cause } from "../../shared/base/cause.ts";
import { systemClock } from "../../shared/base/clock.ts";
import { UserError } from "../../shared/base/errors.ts";
import type { Logger } from "../../shared/base/logger.ts";
import type { RedisSettings } from "../../shared/config/redis-settings.ts";
import { connectRedis, firstReady } from "../../shared/redis/connect.ts";
import { beforeFirstContact } from "../../shared/redis/first-contact.ts";
import { NotConnectedError } from "../../shared/redis/not-connected-error.ts";
import { redisCause } from "../../shared/redis/redis-cause.ts";
import { RedisState } from "../../shared/redis/redis-state.ts";

const CONNECT_MS = 3000;

/** A connection that is ready, or a {@link UserError} that says why there is none. */
export async function connectOnce(settings: RedisSettings, logger: Logger): Promise<Redis> {
  const state = new RedisState(settings, logger, systemClock);
  const redis = connectRedis(settings, "command", state);
  let cause: Cause = redisCause(new NotConnectedError());
  redis.on("error", (error) => {
    cause = redisCause(error);
  });
  await firstReady(redis, CONNECT_MS);
  if (redis.status === "ready") return redis;
  // A connection between two attempts ends without a word, so the state would wait for news of it.
  redis.disconnect();
  state.stop();
  const { text, advice } = beforeFirstContact(cause, settings);
  throw new UserError(
    [`Redis at ${state.address} cannot be used: ${text}.`, advice].filter(Boolean).join(" "),
  );
}
