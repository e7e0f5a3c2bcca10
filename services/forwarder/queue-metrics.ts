import type { Metrics } from "../../shared/base/metrics.ts";
import type { QueueDepth } from "../../shared/queue/event-queue.ts";

/** What is measured of a queue. */
export interface QueueMeasures extends QueueDepth {
  readonly dead: number;
  /** An estimate. */
  readonly bytes: number;
}

/** A queue that can be measured. */
export interface MeasuredQueue {
  readonly environmentName: string;
  measure(): Promise<QueueMeasures | undefined>;
}

const STATES = ["waiting", "delayed", "active", "dead"] as const;

/** Keeps the gauges of the queues; what cannot be asked for, or is gone, has no value. */
export function measureQueues(metrics: Metrics, queues: () => Iterable<MeasuredQueue>): void {
  const jobs = metrics.gauge({
    name: "event_queue_jobs",
    help: "Jobs of event payloads in Redis, by state; of the dead, letters.",
    labels: ["environment", "state"],
  });
  const bytes = metrics.gauge({
    name: "event_queue_bytes",
    help: "Memory that an environment's jobs take in Redis, without dead letters; estimated from a few of them.",
    labels: ["environment"],
  });
  let shown: readonly string[] = [];
  metrics.beforeRead(async () => {
    const all = await Promise.all(
      [...queues()].map(async (queue) => [queue.environmentName, await queue.measure()] as const),
    );
    const known = all.flatMap(([environment, measures]) => (measures === undefined ? [] : [environment]));
    for (const environment of shown.filter((name) => !known.includes(name))) {
      for (const state of STATES) jobs.remove({ environment, state });
      bytes.remove({ environment });
    }
    for (const [environment, measures] of all) {
      if (measures === undefined) continue;
      for (const state of STATES) jobs.set({ environment, state }, measures[state]);
      bytes.set({ environment }, measures.bytes);
    }
    shown = known;
  });
}
