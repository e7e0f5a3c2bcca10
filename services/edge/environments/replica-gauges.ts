import type { Metrics } from "../../../shared/base/metrics.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import type { FlagData } from "../../../shared/model/item.ts";
import type { Position } from "../../../shared/model/position.ts";
import type { UpstreamState } from "../../../shared/model/upstream-state.ts";
import { showUpstreamStates } from "../../../shared/telemetry/upstream-gauge.ts";

/** An environment as its gauges show it. */
export interface GaugedEnvironment {
  readonly environment: Environment;
  readonly data: FlagData | undefined;
  readonly position: Position | undefined;
  /** How long ago this edge saw the holder's word grow; since it began, if it never did. */
  readonly wordAgeMs: number;
  readonly upstream: UpstreamState;
}

/** Shows how each replica of an edge stands, whether it has data or not: an empty edge must be seen. */
export function showReplicas(metrics: Metrics, environments: Iterable<GaugedEnvironment>): void {
  const hasData = metrics.gauge({
    name: "environment_has_data",
    help: "1 if this edge has data of the environment to serve, else 0.",
    labels: ["environment"],
  });
  const items = metrics.gauge({
    name: "replica_items",
    help: "Flags and segments that this edge serves, without deleted ones.",
    labels: ["environment", "kind"],
  });
  const position = metrics.gauge({
    name: "replica_position",
    help: "The number of the last write to Redis that this edge's replica has; 0 without data.",
    labels: ["environment"],
  });
  const wordAge = metrics.gauge({
    name: "holder_word_age_seconds",
    help: "Time since an ingestor last confirmed Redis's data, which it does every second.",
    labels: ["environment"],
  });
  const showUpstream = showUpstreamStates(metrics);
  metrics.beforeRead(() => {
    const all = [...environments];
    hasData.replace(all.map((one) => [labelsOf(one), one.data === undefined ? 0 : 1]));
    items.replace(
      all.flatMap((one) =>
        (["flags", "segments"] as const).map(
          (kind) => [{ ...labelsOf(one), kind }, liveItems(one.data, kind)] as const,
        ),
      ),
    );
    position.replace(all.map((one) => [labelsOf(one), one.position?.offset ?? 0]));
    wordAge.replace(all.map((one) => [labelsOf(one), one.wordAgeMs / 1000]));
    showUpstream(all.map((one) => [one.environment.name, one.upstream.state]));
  });
}

function labelsOf({ environment }: GaugedEnvironment): { readonly environment: string } {
  return { environment: environment.name };
}

/** How many items of a kind there are that are not deleted. */
export function liveItems(data: FlagData | undefined, kind: keyof FlagData): number {
  let live = 0;
  for (const { deleted } of data?.[kind].values() ?? []) if (!deleted) live += 1;
  return live;
}
