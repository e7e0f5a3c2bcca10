import type { Clock } from "../../shared/base/clock.ts";
import { someNames } from "../../shared/base/some-names.ts";
import type { HealthReports, JsonValue, Reason } from "../../shared/lifecycle/health.ts";
import type { EdgeEnvironment } from "./environments/edge-environment.ts";
import type { EdgeEnvironments } from "./environments/edge-environments.ts";

/**
 * An edge is ready when it can serve every environment, or after `initTimeoutMs` at least one: the others must not keep
 * those from being served. One that can serve nothing is never ready, so that no rolling update puts it in the place
 * of one that can. Later trouble is shown but decides nothing: an edge serves from memory, and taking it away would
 * help nobody.
 */
export function reportReadiness(
  health: HealthReports,
  environments: EdgeEnvironments,
  initTimeoutMs: number,
  clock: Clock,
): void {
  const startedAt = clock.monotonic();
  const startIsOver = (): boolean => clock.monotonic() - startedAt >= initTimeoutMs;
  const without = (): EdgeEnvironment[] => [...environments].filter(({ hasData }) => !hasData);
  health.addCheck("flags", () => {
    const missing = without();
    const servesSome = [...environments].length > missing.length;
    return missing.length === 0 || (servesSome && startIsOver()) ? undefined : missingReason(missing);
  });
  health.addWarning("flags", () => {
    const missing = without();
    return missing.length === 0 ? undefined : missingReason(missing);
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

function missingReason(missing: readonly EdgeEnvironment[]): Reason {
  const names = someNames(missing.map((one) => `${one.environment.name} (${whyNone(one)})`));
  return { code: "flags.missing", reason: `no data yet: ${names.join(", ")}` };
}

function whyNone({ store, upstream }: EdgeEnvironment): string {
  if (store.state !== "VALID") return "Redis does not answer";
  return upstream.state === "OFF" ? "LaunchDarkly refuses its SDK key" : "none from LaunchDarkly";
}
