import type { RedisState } from "../redis/redis-state.ts";
import type { Reason } from "./health.ts";

/** What is wrong with a Redis right now, as a reason for `/readyz`; `undefined` while everybody is answered. */
export function redisReason({ trouble, address }: RedisState): Reason | undefined {
  if (trouble === undefined) return undefined;
  const { code, text, advice } = trouble.cause;
  const reason = [`Redis at ${address} cannot be used: ${text}.`, advice].filter(Boolean).join(" ");
  return { code: "redis.away", reason, since: trouble.since, cause: code };
}
