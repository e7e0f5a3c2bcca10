import type { Redis } from "ioredis";
import { redisCause } from "../../../shared/redis/redis-cause.ts";

/** What scripts do most, each done once outside of one: of a script Redis does not tell which command it refused. */
const COMMANDS: readonly (readonly [string, ...string[]])[] = [
  ["SET", "KEY", "", "PX", "1"],
  ["GET", "KEY"],
  ["EXISTS", "KEY"],
  ["PEXPIRE", "KEY", "1"],
  ["HSET", "KEY", "field", ""],
  ["HGET", "KEY", "field"],
  ["HMGET", "KEY", "field"],
  ["HGETALL", "KEY"],
  ["HLEN", "KEY"],
  ["HSCAN", "KEY", "0"],
  ["DEL", "KEY"],
  ["LPUSH", "KEY", ""],
  ["RPOP", "KEY"],
  ["LLEN", "KEY"],
  ["ZADD", "KEY", "1", "member"],
  ["ZRANGE", "KEY", "0", "0"],
  ["ZREM", "KEY", "member"],
  ["XADD", "KEY", "*", "field", ""],
  ["DEL", "KEY"],
  ["INCR", "KEY"],
  ["DEL", "KEY"],
  ["MEMORY", "USAGE", "KEY"],
  ["TIME"],
  ["MULTI"],
  ["DISCARD"],
  ["EVAL", "return 0", "0"],
  ["PUBLISH", "KEY", ""],
];

/** Names the commands and channels that this user may not use, on a key of `prefix` of which nothing stays. */
export async function refusedCommands(redis: Redis, prefix: string): Promise<string[]> {
  const key = `${prefix}:commands`;
  const refused = new Set<string>();
  for (const [name, ...args] of COMMANDS) {
    try {
      await redis.call(name, ...args.map((arg) => (arg === "KEY" ? key : arg)));
    } catch (error) {
      if (redisCause(error).code === "NOPERM") refused.add(name);
    }
  }
  return refused.size === 0
    ? []
    : [
        `rights under "${prefix.replace(/:[^:]*$/, "")}": this user may not use ${[...refused].join(", ")} there`,
      ];
}
