import { systemClock } from "../../shared/base/clock.ts";
import type { Logger } from "../../shared/base/logger.ts";
import { StopScope } from "../../shared/base/stop-scope.ts";
import type { Configuration } from "../../shared/config/configuration.ts";
import { startAdminServer } from "../../shared/lifecycle/admin-server.ts";
import { Health } from "../../shared/lifecycle/health.ts";
import { metricsRoute } from "../../shared/lifecycle/metrics-route.ts";
import { probeRoutes } from "../../shared/lifecycle/probe-routes.ts";
import { runUntilSignal } from "../../shared/lifecycle/signals.ts";
import { RedisStates } from "../../shared/redis/redis-states.ts";
import { reportBuild } from "../../shared/telemetry/build-info.ts";
import { createMetrics } from "../../shared/telemetry/metrics.ts";
import { processEnvironments } from "./process-environments.ts";
import type { ProcessName } from "./process-name.ts";
import type { StartRole } from "./process-parts.ts";

/** Each role has a port of its own, so that all can run on one machine. */
const DEFAULT_ADMIN_PORT: Readonly<Record<ProcessName, number>> = {
  edge: 8031,
  "all-in-one": 8031,
  ingestor: 8032,
  forwarder: 8033,
};

/** What makes one process differ from another. */
export interface ProcessPlan {
  readonly name: ProcessName;
  readonly configuration: Configuration;
  readonly version: string;
  readonly logger: Logger;
  readonly start: StartRole;
}

/**
 * Starts what every process of the relay has (health, metrics, the admin listener, an orderly end) and then its role or
 * roles, and leaves them running until a signal ends the process. Rejects, with nothing left running, when a port cannot
 * be bound or a private Redis cannot start.
 */
export async function runProcess({
  name,
  configuration,
  version,
  logger,
  start,
}: ProcessPlan): Promise<void> {
  const health = new Health();
  const metrics = createMetrics(configuration.metrics.prefix);
  reportBuild(metrics, version, name);
  const stop = new StopScope();
  const relay = runUntilSignal({ logger, health, stop, deadlineMs: configuration.main.shutdownTimeoutMs });
  try {
    const { host, port = DEFAULT_ADMIN_PORT[name] } = configuration.admin;
    const started = health.addCheck("process", () => ({
      code: "process.starting",
      reason: "the process is starting",
    }));
    const routes = [...probeRoutes(health), metricsRoute(metrics)];
    const admin = await startAdminServer({ host, port, routes, logger });
    stop.add("the admin listener", () => admin.stop());
    const { environments, archive } = await processEnvironments(
      name,
      configuration,
      stop,
      logger,
      systemClock,
    );
    stop.add("making metrics of environments", metrics.followEnvironments(environments));
    const redisStates = new RedisStates(logger, systemClock, `ld-relay:${name}`);
    const parts = { configuration, environments, archive, redisStates, version, logger, metrics, health };
    const running = await start(parts, ({ reason, exitCode }) => relay.end(reason, exitCode));
    stop.add(name, () => running.stop());
    relay.drainFirst(() => running.drain?.());
    started();
  } catch (error) {
    await stop.stop();
    throw error;
  }
}
