import { UserError } from "../../shared/base/errors.ts";
import type { Configuration } from "../../shared/config/configuration.ts";
import type { RedisSettings } from "../../shared/config/redis-settings.ts";
import type { ProcessName, Role } from "./process-name.ts";
import type { StartRole } from "./process-parts.ts";

/**
 * How a process of this name starts. What other roles consist of is not even loaded: it would cost memory and a part of
 * the start. Throws a {@link UserError} where a role has no Redis that it could share.
 */
export function startOf(name: ProcessName, configuration: Configuration): StartRole {
  if (name === "all-in-one")
    return async (parts, end) => (await import("./all-in-one.ts")).startAllInOne(parts, end);
  const redis = sharedRedis(name, configuration);
  switch (name) {
    case "ingestor":
      return async (parts, end) =>
        (await import("../ingestor/main.ts")).startIngestor({ ...parts, redis }, end);
    case "edge":
      return async (parts, end) => (await import("../edge/main.ts")).startEdge({ ...parts, redis }, end);
    case "forwarder":
      return async (parts) => (await import("../forwarder/main.ts")).startForwarder({ ...parts, redis });
  }
}

/** Roles in processes of their own can only meet in a Redis that all of them are told of. */
function sharedRedis(role: Role, { redis }: Configuration): RedisSettings {
  if (redis !== undefined) return redis;
  throw new UserError(
    `the role "${role}" needs a Redis that it shares with the other roles: set [Redis] url or host (or USE_REDIS=1 ` +
      "and REDIS_URL or REDIS_HOST). Only without a role does ld-relay start a private one",
  );
}
