import type { Metrics } from "../base/metrics.ts";
import type { RedisState } from "../redis/redis-state.ts";

/** Shows for each use of Redis, `flags` and `events`, whether everybody in this process who asks it is answered. */
export function showRedisStates(
  metrics: Metrics,
  states: Readonly<Partial<Record<"flags" | "events", RedisState>>>,
): void {
  const gauge = metrics.gauge({
    name: "redis_up",
    help: "1 while this process can use Redis, else 0. Flags and events may share a Redis.",
    labels: ["redis"],
  });
  metrics.beforeRead(() => {
    for (const [redis, state] of Object.entries(states))
      gauge.set({ redis }, state.trouble === undefined ? 1 : 0);
  });
}
