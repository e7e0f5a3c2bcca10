import { maskCredential, nextExpiringSdkKey } from "../../../shared/model/credentials.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import type { UpstreamState } from "../../../shared/model/upstream-state.ts";
import type { StoreState } from "../environments/bus-watch.ts";
import type { ChangesState } from "../environments/changes-state.ts";

/** What `/status` says beside the environments. */
export interface RelayFacts {
  readonly version: string;
  /** Redis as a URL, without credentials. */
  readonly redisAddress: string;
  /** `[Main] disconnectedStatusTime`: trouble shorter than this is not called disconnected. */
  readonly disconnectedStatusTimeMs: number;
}

/** An environment as far as `/status` shows it. */
export interface ObservedEnvironment {
  readonly environment: Environment;
  readonly hasData: boolean;
  readonly upstream: UpstreamState;
  readonly store: StoreState;
  readonly changes: ChangesState;
}

/**
 * The body of `GET /status`, in the shape that operators' tools know (R9.1). What the Go relay does not
 * have is `changesStatus`: an edge may serve, and hear from Redis, and yet get no changes. That degrades the whole at
 * once; an environment is only called disconnected when it lasts.
 */
export function statusReport(
  observed: readonly ObservedEnvironment[],
  facts: RelayFacts,
  now: number,
): Record<string, unknown> {
  const environments = observed.map(
    (one) => [one.environment.name, environmentStatus(one, facts, now)] as const,
  );
  const healthy = environments.every(
    ([, { status, changesStatus }]) => status === "connected" && changesStatus.state !== "INTERRUPTED",
  );
  return {
    environments: Object.fromEntries(environments),
    status: healthy ? "healthy" : "degraded",
    version: facts.version,
    clientVersion: facts.version,
  };
}

function environmentStatus(observed: ObservedEnvironment, facts: RelayFacts, now: number) {
  const { environment, hasData, upstream, store, changes } = observed;
  const { sdkKey, mobileKey, envId } = environment.credentials;
  const expiringSdkKey = nextExpiringSdkKey(environment.credentials, now);
  const lasts = ({ since }: { readonly since: number }): boolean =>
    now - since >= facts.disconnectedStatusTimeMs;
  const interrupted =
    (upstream.state !== "VALID" && lasts(upstream)) || (changes.state === "INTERRUPTED" && lasts(changes));
  const connected = hasData && upstream.state !== "INITIALIZING" && !interrupted;
  return {
    sdkKey: maskCredential(sdkKey),
    ...(expiringSdkKey !== undefined && { expiringSdkKey: maskCredential(expiringSdkKey) }),
    ...(envId !== undefined && { envId }),
    ...(mobileKey !== undefined && { mobileKey: maskCredential(mobileKey) }),
    status: connected ? "connected" : "disconnected",
    connectionStatus: {
      state: upstream.state,
      stateSince: upstream.since,
      ...(upstream.lastError && { lastError: upstream.lastError }),
    },
    dataStoreStatus: {
      state: store.state,
      stateSince: store.since,
      database: "redis",
      dbServer: facts.redisAddress,
      dbPrefix: environment.prefix,
    },
    changesStatus: {
      state: changes.state,
      stateSince: changes.since,
      ...(changes.reason && { reason: changes.reason }),
    },
  };
}
