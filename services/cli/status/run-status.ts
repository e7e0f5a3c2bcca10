import type { Redis } from "ioredis";
import { UserError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { Configuration } from "../../../shared/config/configuration.ts";
import type { RedisSettings } from "../../../shared/config/redis-settings.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { redisAddress } from "../../../shared/redis/redis-address.ts";
import type { QueueRow } from "../../operator/environment-status.ts";
import type { RedisStatus } from "../../operator/redis-status.ts";
import { relayStatus } from "../../operator/relay-status.ts";
import { connectOnce } from "../connect-once.ts";
import { environmentEvents } from "../events/environment-events.ts";
import { privateRedis } from "../events/events-redis.ts";
import { statusRows } from "../events/status.ts";
import type { Terminal } from "../terminal.ts";
import { relayStatusText } from "./status-table.ts";

/** What `ld-relay status` is to do. */
export interface StatusCommand {
  readonly json: boolean;
}

/** A Redis that was tried. */
interface Place {
  readonly status: RedisStatus;
  readonly redis: Redis | undefined;
}

/** Prints how the relay of this configuration does. Resolves with the exit code: 1 if a Redis is away. */
export async function runStatus(
  { json }: StatusCommand,
  configuration: Configuration,
  terminal: Terminal,
  logger: Logger,
): Promise<0 | 1> {
  const places = await connectAll(configuration, logger);
  const flags = places[0]?.redis;
  const events = places.at(-1)?.redis;
  try {
    const status = await relayStatus(configuration.environments, {
      redis: places.map((place) => place.status),
      flags,
      queueRows: events && ((environment) => queueRows(environment, events, logger)),
    });
    terminal.result(json ? JSON.stringify(status, undefined, 2) : relayStatusText(status));
    return places.every(({ redis }) => redis !== undefined) ? 0 : 1;
  } finally {
    for (const { redis } of places) redis?.disconnect();
  }
}

/** The Redis of the flags, and that of the events if it is another one. */
async function connectAll(configuration: Configuration, logger: Logger): Promise<Place[]> {
  const { redis } = configuration;
  const flags = (): Promise<RedisSettings> =>
    redis === undefined ? privateRedis(configuration) : Promise.resolve(redis);
  const events = configuration.events.redis;
  if (events === undefined) return [await connect("flags and events", flags, logger)];
  return Promise.all([
    connect("flags", flags, logger),
    connect("events", () => Promise.resolve(events), logger),
  ]);
}

async function connect(
  use: RedisStatus["use"],
  find: () => Promise<RedisSettings>,
  logger: Logger,
): Promise<Place> {
  let address: string | null = null;
  try {
    const settings = await find();
    address = redisAddress(settings);
    const redis = await connectOnce(settings, logger);
    return { status: { use, address, state: "up", problem: null }, redis };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { status: { use, address, state: "away", problem: error.message }, redis: undefined };
  }
}

async function queueRows(
  environment: Environment,
  redis: Redis,
  logger: Logger,
): Promise<readonly QueueRow[]> {
  const owners = await environmentEvents([environment], undefined, redis, logger);
  try {
    const rows = await Promise.all(owners.map((owner) => statusRows(owner, redis, Date.now())));
    return rows.flat().map(({ environment: _, ...row }) => row);
  } finally {
    for (const { queue, deadLetters } of owners) await Promise.all([queue.close(), deadLetters.close()]);
  }
}
