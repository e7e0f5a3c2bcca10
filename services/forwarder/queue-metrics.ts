import type { Clock } from "../../shared/base/clock.ts";
import type { Metrics } from "../../shared/base/metrics.ts";
import type { DestinationState } from "../../shared/queue/destination-states.ts";
import type { QueueLoad } from "../../shared/queue/queue-load.ts";
import { destinationMetrics } from "./pacing/destination-metrics.ts";

/** What is measured of a queue and of what lies beside it. */
export interface QueueMeasures extends QueueLoad {
  readonly dead: number;
  readonly destinations: readonly DestinationState[];
  /** Whether the operator has paused the delivery. */
  readonly paused: boolean;
}

/** A queue that can be measured. */
export interface MeasuredQueue {
  readonly environmentName: string;
  measure(): Promise<QueueMeasures | undefined>;
}

const STATES = ["waiting", "delayed", "active"] as const;

/** Of what all forwarders see alike; a sum over them would count it several times. */
const SHARED = "Every forwarder reports the same queue: take the max over them, not the sum.";

/** Keeps the gauges of the queues; what cannot be asked for, or is gone, has no value. */
export function measureQueues(
  metrics: Metrics,
  queues: () => Iterable<MeasuredQueue>,
  clock: Pick<Clock, "now">,
): void {
  const jobs = metrics.gauge({
    name: "event_queue_jobs",
    help: `Jobs of event payloads in Redis, by state. ${SHARED}`,
    labels: ["environment", "state"],
  });
  const bytes = metrics.gauge({
    name: "event_queue_bytes",
    help: `Memory used by jobs of event payloads in Redis, by state; estimated from samples. ${SHARED}`,
    labels: ["environment", "state"],
  });
  const oldest = metrics.gauge({
    name: "event_queue_oldest_age_seconds",
    help: `How long ago the oldest event payload that is not delivered was accepted; 0 if there is none. ${SHARED}`,
    labels: ["environment"],
  });
  const dead = metrics.gauge({
    name: "event_dead_letters",
    help: `Event payloads that are kept because they could not be delivered. ${SHARED}`,
    labels: ["environment"],
  });
  const setDestinations = destinationMetrics(metrics);
  metrics.beforeRead(async () => {
    const asked = await Promise.all(
      [...queues()].map(async (queue) => [queue.environmentName, await queue.measure()] as const),
    );
    const measured = asked.flatMap(([environment, measures]) =>
      measures === undefined ? [] : [[environment, measures] as const],
    );
    const now = clock.now();
    jobs.replace(measured.flatMap(([environment, load]) => byState(environment, load, "jobs")));
    bytes.replace(measured.flatMap(([environment, load]) => byState(environment, load, "bytes")));
    oldest.replace(measured.map(([environment, load]) => [{ environment }, oldestAgeMs(load, now) / 1000]));
    dead.replace(measured.map(([environment, measures]) => [{ environment }, measures.dead]));
    setDestinations(measured);
  });
}

function byState(environment: string, load: QueueLoad, what: "jobs" | "bytes") {
  return STATES.map((state) => [{ environment, state }, load[state][what]] as const);
}

/** How long ago the oldest payload that is parked, or job in any state, came; 0 if there is none. */
function oldestAgeMs(measures: QueueMeasures, now: number): number {
  const inQueue = STATES.flatMap((state) => measures[state].oldestAt ?? []);
  const times = [...inQueue, ...measures.destinations.flatMap(({ oldestAt }) => oldestAt ?? [])];
  return times.length === 0 ? 0 : Math.max(0, now - Math.min(...times));
}
