import type { Metrics } from "../../../shared/base/metrics.ts";
import type { DestinationState } from "../../../shared/queue/destination-states.ts";
import { destinationName } from "../../../shared/queue/payload-destinations.ts";

const OBSTACLES = ["refused", "unreachable"] as const;

/** What is measured of each environment. */
type Measured = readonly (readonly [
  environment: string,
  measures: { readonly destinations: readonly DestinationState[]; readonly paused: boolean },
])[];

/** Gauges of what keeps events from LaunchDarkly, by kind of credential and path; the result sets them all. */
export function destinationMetrics(metrics: Metrics): (measured: Measured) => void {
  const blocked = metrics.gauge({
    name: "event_destination_blocked",
    help: "1 while LaunchDarkly does not accept events at a destination, because it rejects them or is unreachable.",
    labels: ["environment", "credential", "path", "state"],
  });
  const parked = metrics.gauge({
    name: "event_parked_payloads",
    help: "Event payloads in Redis that wait because LaunchDarkly does not accept events at their destination.",
    labels: ["environment", "credential", "path"],
  });
  const paused = metrics.gauge({
    name: "event_queue_paused",
    help: "1 while the delivery of an environment's events is paused by hand.",
    labels: ["environment"],
  });
  return (measured) => {
    const each = measured.flatMap(([environment, { destinations }]) =>
      destinations.map((state) => ({ state, labels: { environment, ...destinationName(state.kind) } })),
    );
    parked.replace(each.map(({ state, labels }) => [labels, state.payloads]));
    blocked.replace(
      each.flatMap(({ state: { obstacle }, labels }) =>
        OBSTACLES.map((state) => [{ ...labels, state }, obstacle?.state === state ? 1 : 0] as const),
      ),
    );
    paused.replace(measured.map(([environment, measures]) => [{ environment }, measures.paused ? 1 : 0]));
  };
}
