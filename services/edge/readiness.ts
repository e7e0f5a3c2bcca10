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
  health.addWarning("changes", () => {
    const cut = [...environments].filter(({ changes }) => changes.state === "INTERRUPTED");
    return cut.length === 0 ? undefined : cutReason(cut);
  });
  health.addDetail("environments", () =>
    Object.fromEntries(
      [...environments].map(({ environment, hasData, upstream, store, changes }): [string, JsonValue] => [
        environment.name,
        { hasData, launchDarkly: upstream.state, redis: store.state, changes: changes.state },
      ]),
    ),
  );
}

/** Which environments cannot be served, and why. */
export function missingReason(missing: readonly EdgeEnvironment[]): Reason {
  const names = someNames(missing.map((one) => `${one.environment.name} (${whyNone(one)})`));
  return { code: "flags.missing", reason: `no data yet: ${names.join(", ")}` };
}

/** Since the first of them was cut off, and with its cause: they are rarely cut off by different ones. */
function cutReason(cut: readonly EdgeEnvironment[]): Reason {
  const [first] = cut.map(({ changes }) => changes).sort((a, b) => a.since - b.since);
  const names = someNames(cut.map(({ environment }) => environment.name));
  return {
    code: "changes.interrupted",
    reason: `changes of flags do not arrive: ${first?.reason?.message}. Environments: ${names.join(", ")}`,
    ...(first && { since: first.since }),
    ...(first?.reason && { cause: first.reason.code }),
  };
}

/** What an environment without data waits for. */
export function whyNone({ store, upstream, changes }: EdgeEnvironment): string {
  if (store.state !== "VALID") return "Redis does not answer";
  if (changes.reason?.code === "claim.foreign") return changes.reason.message;
  return upstream.state === "OFF" ? "LaunchDarkly rejected its SDK key" : "none from LaunchDarkly";
}
