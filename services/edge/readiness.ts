import type { Clock } from "../../shared/base/clock.ts";
import type { HealthReports, JsonValue } from "../../shared/lifecycle/health.ts";
import type { EdgeEnvironment } from "./environments/edge-environment.ts";
import type { EdgeEnvironments } from "./environments/edge-environments.ts";

/**
 * An edge is ready when every environment has data. An environment that gets none (a wrong key, LaunchDarkly away
 * and Redis empty) must not keep the others from being served, so `initTimeoutMs` ends the waiting. Later trouble
 * is shown but decides nothing: an edge serves from memory, and taking it away would help nobody.
 */
export function reportReadiness(
  health: HealthReports,
  environments: EdgeEnvironments,
  initTimeoutMs: number,
  clock: Clock,
): void {
  const startedAt = clock.monotonic();
  health.addCheck("flags", () => {
    const missing = [...environments].filter(({ hasData }) => !hasData);
    if (missing.length === 0 || clock.monotonic() - startedAt >= initTimeoutMs) return undefined;
    return `no data yet: ${missing.map((one) => `${one.environment.name} (${reasonOf(one)})`).join(", ")}`;
  });
  health.addDetail("environments", () =>
    Object.fromEntries(
      [...environments].map(({ environment, hasData, upstream, store }): [string, JsonValue] => [
        environment.name,
        { hasData, launchDarkly: upstream.state, redis: store.state },
      ]),
    ),
  );
}

function reasonOf({ store, upstream }: EdgeEnvironment): string {
  if (store.state !== "VALID") return "Redis does not answer";
  return upstream.state === "OFF" ? "LaunchDarkly refuses its SDK key" : "none from LaunchDarkly";
}
