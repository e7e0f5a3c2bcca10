import type { Redis } from "ioredis";
import { describeError, UserError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { Configuration } from "../../../shared/config/configuration.ts";
import type { RedisSettings } from "../../../shared/config/redis-settings.ts";
import { ping } from "../../../shared/redis/private-server/ping.ts";
import { privateRedisSocket } from "../../../shared/redis/private-server.ts";
import { connectOnce } from "../connect-once.ts";

/**
 * Connects to the Redis in which events are: the configured one, or the private one of a relay that runs on this
 * machine. Rejects with a {@link UserError} if it does not answer.
 */
export async function connectEventsRedis(configuration: Configuration, logger: Logger): Promise<Redis> {
  return connectOnce(await redisOfEvents(configuration), logger);
}

/** Where events are. Rejects with a {@link UserError} if no Redis is configured, and none runs here. */
export async function redisOfEvents(configuration: Configuration): Promise<RedisSettings> {
  return configuration.events.redis ?? redisOfFlags(configuration);
}

/** Where flags are. Rejects with a {@link UserError} if no Redis is configured, and none runs here. */
export async function redisOfFlags(configuration: Configuration): Promise<RedisSettings> {
  return configuration.redis ?? privateRedis(configuration);
}

/** The private Redis of a relay that runs on this machine. Rejects with a {@link UserError} if there is none. */
export async function privateRedis({ main }: Configuration): Promise<RedisSettings> {
  const path = privateRedisSocket(main.dataDir);
  if ((await presence(path)) === "ready") return { kind: "unix", path, db: 0 };
  throw new UserError(
    `no Redis is configured, and no relay with a private one runs on [Main] dataDir ${main.dataDir}. ` +
      "Start it, or give this command the configuration that the relay has",
  );
}

async function presence(path: string): Promise<string> {
  try {
    return await ping(path);
  } catch (error) {
    throw new UserError(`the private Redis at ${path} cannot be used: ${describeError(error)}`);
  }
}
