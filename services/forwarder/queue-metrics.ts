import type { Metrics } from "../../shared/base/metrics.ts";
import type { QueueLoad } from "../../shared/queue/queue-load.ts";

/** What is measured of a queue, and how many dead letters there are beside it. */
export interface QueueMeasures extends QueueLoad {
  readonly dead: number;
}

/** A queue that can be measured. */
export interface MeasuredQueue {
  readonly environmentName: string;
  measure(): Promise<QueueMeasures | undefined>;
}

const STATES = ["waiting", "delayed", "active"] as const;

/** Keeps the gauges of the queues; what cannot be asked for, or is gone, has no value. */
export function measureQueues(metrics: Metrics, queues: () => Iterable<MeasuredQueue>): void {
  const jobs = metrics.gauge({
    name: "event_queue_jobs",
    help: "Jobs of event payloads in Redis, by state.",
    labels: ["environment", "state"],
  });
  const bytes = metrics.gauge({
    name: "event_queue_bytes",
    help: "Memory that jobs of event payloads take in Redis, by state; estimated from a few of them.",
    labels: ["environment", "state"],
  });
  const dead = metrics.gauge({
    name: "event_dead_letters",
    help: "Event payloads that are kept because they could not be delivered.",
    labels: ["environment"],
  });
  let shown: readonly string[] = [];
  metrics.beforeRead(async () => {
    const all = await Promise.all(
      [...queues()].map(async (queue) => [queue.environmentName, await queue.measure()] as const),
    );
    const known = all.flatMap(([environment, measures]) => (measures === undefined ? [] : [environment]));
    for (const environment of shown.filter((name) => !known.includes(name))) {
      for (const gauge of [jobs, bytes]) for (const state of STATES) gauge.remove({ environment, state });
      dead.remove({ environment });
    }
    for (const [environment, measures] of all) {
      if (measures === undefined) continue;
      dead.set({ environment }, measures.dead);
      for (const state of STATES) {
        jobs.set({ environment, state }, measures[state].jobs);
        bytes.set({ environment, state }, measures[state].bytes);
      }
    }
    shown = known;
  });
}
