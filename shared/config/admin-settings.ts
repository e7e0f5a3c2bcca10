import type { GivenSection, GivenSettings } from "./given.ts";
import type { Problems } from "./problems.ts";
import { readSectionValues } from "./section-values.ts";
import { adminSettings, prometheusSettings } from "./settings/admin.ts";
import { describeSource } from "./source.ts";

/** Where operators look: health, readiness, metrics. */
export interface AdminSettings {
  readonly host: string;
  /** undefined: the role's own default; 0: any free port. */
  readonly port: number | undefined;
}

export interface MetricsSettings {
  /** What the names of all metrics begin with. */
  readonly prefix: string;
}

/** The values of `[Admin]`, and of `[Prometheus]`, which means the same listener. */
export function readAdminSettings(
  admin: GivenSection,
  prometheus: GivenSection,
  given: GivenSettings,
  problems: Problems,
): { readonly admin: AdminSettings; readonly metrics: MetricsSettings } {
  const { host, port } = readSectionValues(adminSettings, admin, problems);
  const { enabled, port: metricsPort, prefix } = readSectionValues(prometheusSettings, prometheus, problems);
  if (port !== undefined && metricsPort !== undefined && port !== metricsPort)
    problems.add(
      prometheus.settings.get("port")?.source,
      "[Prometheus] port and [Admin] port mean the same listener but differ: remove one of them",
    );
  if (metricsPort !== undefined)
    admin.derived.set("port", { value: String(metricsPort), source: "as [Prometheus] port" });
  const wanted = prometheus.settings.get("enabled");
  if (enabled && wanted !== undefined && !admin.settings.has("host"))
    given.warn(
      `${describeSource(wanted.source)}: metrics are served on ${host} alone; [Admin] host opens them to others`,
    );
  return { admin: { host, port: port ?? metricsPort }, metrics: { prefix } };
}
