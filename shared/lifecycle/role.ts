import type { ArchivedFlags } from "../archive/offline-environments.ts";
import type { Logger } from "../base/logger.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Configuration } from "../config/configuration.ts";
import type { RedisSettings } from "../config/redis-settings.ts";
import type { EnvironmentSource } from "../environments/environment-source.ts";
import type { RedisStates } from "../redis/redis-states.ts";
import type { HealthReports } from "./health.ts";

/** What every role is started with, alone in a process or together with others. */
export interface RoleParts {
  readonly configuration: Configuration;
  readonly environments: EnvironmentSource;
  /** In offline mode the archive that has the flags; without one they come from LaunchDarkly. */
  readonly archive?: ArchivedFlags | undefined;
  /** The Redis in which the roles meet: the configured one, or the private one. */
  readonly redis: RedisSettings;
  /** How each Redis of the process does; everybody who asks one reports there. */
  readonly redisStates: RedisStates;
  readonly version: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: HealthReports;
}

/** A role at work. */
export interface RunningRole {
  /**
   * Sends clients elsewhere before {@link stop}, so that none of them fails; the role works on meanwhile. Roles without
   * clients have none.
   */
  drain?(): Promise<void>;
  /** Takes nothing new, finishes what is in hand, and gives back what others may take over. */
  stop(): Promise<void>;
}
