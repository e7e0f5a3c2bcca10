import type { Metrics } from "../base/metrics.ts";
import type { UpstreamState } from "../model/upstream-state.ts";

type State = UpstreamState["state"];

const STATES = ["INITIALIZING", "VALID", "INTERRUPTED", "OFF"] as const satisfies readonly State[];

/**
 * Shows the state of environments' streams from LaunchDarkly as `/status` calls it: of each state 0 or 1. The function
 * that it returns takes all environments; `undefined` is the state of one of which this process knows nothing.
 */
export function showUpstreamStates(
  metrics: Metrics,
): (states: Iterable<readonly [environment: string, state: State | undefined]>) => void {
  const gauge = metrics.gauge({
    name: "upstream_state",
    help: "1 for the state of the stream from LaunchDarkly, 0 for the others; of an ingestor only while it leads.",
    labels: ["environment", "state"],
    known: { state: STATES },
  });
  return (states) =>
    gauge.replace(
      [...states].flatMap(([environment, current]) =>
        STATES.map((state) => [{ environment, state }, state === current ? 1 : 0] as const),
      ),
    );
}
