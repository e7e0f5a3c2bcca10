import type { Clock } from "../../shared/base/clock.ts";
import type { Logger } from "../../shared/base/logger.ts";
import { someNames } from "../../shared/base/some-names.ts";
import type { EdgeEnvironment } from "./environments/edge-environment.ts";
import type { EdgeEnvironments } from "./environments/edge-environments.ts";
import { liveItems } from "./environments/replica-gauges.ts";
import { whyNone } from "./readiness.ts";

/** Environments that get their data within this time share a line. */
const LOOK_MS = 1000;
/** How long data may take before somebody is told what they wait for, and how often that is repeated. */
const PATIENCE_MS = 10_000;
const REPEAT_MS = 600_000;

/**
 * Says when environments have data, of how many flags and segments, and after a while what the others wait for: one line
 * for all that there is to say at a time, however many environments it concerns. Ends with `signal`.
 */
export async function logData(
  environments: EdgeEnvironments,
  logger: Logger,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const told = new WeakSet<EdgeEnvironment>();
  let remindAt = clock.monotonic() + PATIENCE_MS;
  for (;;) {
    await clock.sleep(LOOK_MS, signal);
    if (signal.aborted) return;
    const all = [...environments];
    const news = all.filter((one) => one.hasData && !told.has(one));
    for (const one of news) told.add(one);
    if (news.length > 0) logServed(news, logger);
    const missing = all.filter(({ hasData }) => !hasData);
    if (missing.length === 0 || clock.monotonic() < remindAt) continue;
    remindAt = clock.monotonic() + REPEAT_MS;
    logger.warn(`no data yet for ${count(missing.length, "environment")}: their SDKs get 503`, {
      event: "edge.waiting",
      environments: someNames(missing.map((one) => `${one.environment.name} (${whyNone(one)})`)),
      environmentCount: missing.length,
    });
  }
}

function logServed(served: readonly EdgeEnvironment[], logger: Logger): void {
  const sum = (kind: "flags" | "segments"): number =>
    served.reduce((total, { data }) => total + liveItems(data, kind), 0);
  const [flags, segments] = [sum("flags"), sum("segments")];
  logger.info(
    `serving ${count(flags, "flag")} and ${count(segments, "segment")} of ${count(served.length, "environment")}`,
    {
      event: "edge.data",
      environments: someNames(
        served.map(
          ({ environment, data }) =>
            `${environment.name} (${count(liveItems(data, "flags"), "flag")}, ${count(liveItems(data, "segments"), "segment")})`,
        ),
      ),
      environmentCount: served.length,
      flags,
      segments,
    },
  );
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? "" : "s"}`;
}
