import type { Metrics } from "../base/metrics.ts";

/** Shows which version runs here, and as what: to be joined with other metrics, and to see a rollout go on. */
export function reportBuild(metrics: Metrics, version: string, role: string): void {
  metrics
    .gauge({
      name: "build_info",
      help: "Always 1: the version and the role of this process, and the version of Node that it runs on.",
      labels: ["version", "role", "node"],
    })
    .set({ version, role, node: process.versions.node }, 1);
}
