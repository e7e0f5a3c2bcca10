import { Redis } from "ioredis";
import { expect } from "vitest";
import type { SimulatedEnvironment } from "../../../simulator/simulated-environment.ts";
import { eventuallyPasses } from "../../support/eventually.ts";
import type { SseStream } from "../../support/sse.ts";
import { heldBy } from "./held-items.ts";

/** Where the parties to an agreement are to be found. */
export interface Parties {
  readonly upstream: SimulatedEnvironment;
  /** A TCP address or the path of a unix socket. */
  readonly redisUrl: string;
  readonly prefix: string;
  readonly streams: readonly SseStream[];
}

/** Waits until upstream, Redis and the SDKs at the ends of `streams` hold the same items. */
export async function untilAllAgree(what: string, parties: Parties, timeoutMs = 15_000): Promise<void> {
  const { upstream, redisUrl, prefix, streams } = parties;
  await eventuallyPasses(
    `agreement ${what}`,
    async () => {
      const truth = {
        flags: liveItems([...upstream.data.flags].map(([key, { raw }]) => [key, raw])),
        segments: liveItems([...upstream.data.segments].map(([key, { raw }]) => [key, raw])),
      };
      expect(await redisHolds(redisUrl, prefix)).toEqual(truth);
      for (const stream of streams) {
        expect(stream.closed).toBe(false);
        expect(heldBy(stream.events)).toEqual(truth);
      }
    },
    { timeoutMs, everyMs: 100 },
  );
}

/** Where an environment stands in Redis, as `offset stamp`. */
export function positionIn(redisUrl: string, prefix: string): Promise<string> {
  return ask(redisUrl, async (redis) => (await redis.hmget(`${prefix}:$relay`, "offset", "stamp")).join(" "));
}

/** Asks a Redis over a connection of its own. Rejects when that is not there. */
export async function ask<T>(redisUrl: string, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    commandTimeout: 2_000,
  });
  // Told by the rejection as well; without a listener ioredis writes it to the console.
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}

function redisHolds(redisUrl: string, prefix: string) {
  return ask(redisUrl, async (redis) => ({
    flags: liveItems(Object.entries(await redis.hgetall(`${prefix}:features`))),
    segments: liveItems(Object.entries(await redis.hgetall(`${prefix}:segments`))),
  }));
}

function liveItems(raws: readonly (readonly [string, string])[]): Record<string, unknown> {
  const items = raws.map(([key, raw]) => [key, JSON.parse(raw)] as const);
  return Object.fromEntries(items.filter(([, item]) => !item.deleted));
}
