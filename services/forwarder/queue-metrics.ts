import type { Metrics } from "../../shared/base/metrics.ts";
import type { QueueDepth } from "../../shared/queue/event-queue.ts";

/** A queue whose depth can be asked for. */
export interface MeasuredQueue {
  readonly environmentName: string;
  depth(): Promise<QueueDepth | undefined>;
}

const STATES = ["waiting", "delayed", "active"] as const;

/** Keeps the gauge of the depths of the queues; what cannot be asked for, or is gone, has no value. */
export function measureQueues(metrics: Metrics, queues: () => Iterable<MeasuredQueue>): void {
  const gauge = metrics.gauge({
    name: "event_queue_jobs",
    help: "Jobs of event payloads in Redis, by state.",
    labels: ["environment", "state"],
  });
  let shown: readonly string[] = [];
  metrics.beforeRead(async () => {
    const depths = await Promise.all(
      [...queues()].map(async (queue) => [queue.environmentName, await queue.depth()] as const),
    );
    const known = depths.flatMap(([environment, depth]) => (depth === undefined ? [] : [environment]));
    for (const environment of shown)
      if (!known.includes(environment)) for (const state of STATES) gauge.remove({ environment, state });
    for (const [environment, depth] of depths)
      if (depth !== undefined) for (const state of STATES) gauge.set({ environment, state }, depth[state]);
    shown = known;
  });
}
