import type { Logger } from "../../shared/base/logger.ts";
import type { EnvironmentSource } from "../../shared/environments/environment-source.ts";
import { PerEnvironment } from "../../shared/environments/per-environment.ts";
import type { Environment } from "../../shared/model/environment.ts";
import type { EnvironmentIngestor } from "./leadership/environment-ingestor.ts";
import { Identity } from "./leadership/identity.ts";

/** The ingestors of all environments, one each, for as long as the environment exists. Stopping gives all leases back. */
export type IngestorEnvironments = PerEnvironment<EnvironmentIngestor>;

/**
 * Starts an ingestor for each environment. A new primary SDK key is a new upstream stream, and that a new leadership,
 * because whoever takes the lease begins anew. Any other change goes on with the stream that there is.
 */
export function startIngestors(
  source: EnvironmentSource,
  create: (environment: Environment, identity: Identity) => EnvironmentIngestor,
  logger: Logger,
): IngestorEnvironments {
  return new PerEnvironment<EnvironmentIngestor>(
    source,
    {
      start: (environment) => create(environment, new Identity(environment)),
      successor: ({ identity }, environment, previous) =>
        environment.credentials.sdkKey === previous.credentials.sdkKey
          ? undefined
          : () => create(environment, new Identity(environment, identity.claim)),
      change: ({ identity }, environment) => identity.change(environment),
      stop: (ingestor) => ingestor.stop(),
    },
    logger,
  );
}
