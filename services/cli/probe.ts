import type { Logger } from "../../shared/base/logger.ts";
import type { Configuration } from "../../shared/config/configuration.ts";
import type { RedisSettings } from "../../shared/config/redis-settings.ts";
import { durabilityConcerns } from "../../shared/redis/durability.ts";
import { redisAddress } from "../../shared/redis/redis-address.ts";
import { connectOnce } from "./connect-once.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Looks at what a configuration names: whether each Redis can be used, and whether that of the events keeps what it
 * is given. Rejects with a `UserError` for the first that cannot be used; a Redis that may lose events is a warning.
 */
export async function probe(
  { redis, events }: Configuration,
  terminal: Terminal,
  logger: Logger,
): Promise<void> {
  const places = [redis, events.redis].filter((settings) => settings !== undefined);
  if (places.length === 0) terminal.result("\nno Redis is configured: ld-relay brings a private one");
  for (const settings of places) await probeRedis(settings, settings === places.at(-1), terminal, logger);
}

async function probeRedis(
  settings: RedisSettings,
  forEvents: boolean,
  terminal: Terminal,
  logger: Logger,
): Promise<void> {
  const redis = await connectOnce(settings, logger);
  try {
    terminal.result(`\nRedis at ${redisAddress(settings)} can be used`);
    const concerns = forEvents ? await durabilityConcerns(redis) : [];
    for (const concern of concerns) terminal.result(`WARNING: as the Redis of the events, ${concern}`);
  } finally {
    redis.disconnect();
  }
}
