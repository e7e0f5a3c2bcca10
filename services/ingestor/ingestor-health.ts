import type { Metrics } from "../../shared/base/metrics.ts";
import type { HealthReports } from "../../shared/lifecycle/health.ts";
import { redisReason } from "../../shared/lifecycle/redis-reason.ts";
import type { RedisState } from "../../shared/redis/redis-state.ts";
import { showUpstreamStates } from "../../shared/telemetry/upstream-gauge.ts";
import type { IngestorEnvironments } from "./ingestor-environments.ts";
import type { EnvironmentIngestor } from "./leadership/environment-ingestor.ts";

/** Shows which environments this process leads, and whether it reaches Redis, without which it can do nothing. */
export function reportIngestors(
  ingestors: IngestorEnvironments,
  redis: RedisState,
  health: HealthReports,
  metrics: Metrics,
): void {
  health.addCheck("ingestor", () => redisReason(redis));
  health.addDetail("leading", () => namesOf(ingestors, ({ leads }) => leads));
  health.addDetail("prefixClaimedByOthers", () => namesOf(ingestors, ({ isForeign }) => isForeign));
  const held = metrics.gauge({
    name: "lease_held",
    help: "1 while this process leads the environment.",
    labels: ["environment"],
  });
  const showUpstream = showUpstreamStates(metrics);
  metrics.beforeRead(() => {
    showUpstream(
      [...ingestors.entries()].map(([environment, ingestor]) => [environment.name, ingestor.upstream?.state]),
    );
    held.replace(
      [...ingestors.entries()].map(([environment, ingestor]) => [
        { environment: environment.name },
        ingestor.leads ? 1 : 0,
      ]),
    );
  });
}

function namesOf(
  ingestors: IngestorEnvironments,
  which: (ingestor: EnvironmentIngestor) => boolean,
): string[] {
  return [...ingestors.entries()].flatMap(([{ name }, ingestor]) => (which(ingestor) ? [name] : []));
}
