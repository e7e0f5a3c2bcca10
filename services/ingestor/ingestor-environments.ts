import { describeError } from "../../shared/base/errors.ts";
import type { Logger } from "../../shared/base/logger.ts";
import type { Stop } from "../../shared/base/stop-scope.ts";
import type { EnvironmentSource } from "../../shared/environments/environment-source.ts";
import type { Environment } from "../../shared/model/environment.ts";
import type { EnvironmentIngestor } from "./leadership/environment-ingestor.ts";
import { Identity } from "./leadership/identity.ts";

/** An environment, and what keeps it in Redis. */
export interface IngestedEnvironment {
  readonly environment: Environment;
  readonly ingestor: EnvironmentIngestor;
}

/** The ingestors of all environments, one each, for as long as the environment exists. */
export class IngestorEnvironments {
  readonly #ingestors = new Map<string, IngestedEnvironment>();
  readonly #ending = new Set<Promise<void>>();
  readonly #create: (environment: Environment, identity: Identity) => EnvironmentIngestor;
  readonly #logger: Logger;
  readonly #unfollow: Stop;

  constructor(
    source: EnvironmentSource,
    create: (environment: Environment, identity: Identity) => EnvironmentIngestor,
    logger: Logger,
  ) {
    this.#create = create;
    this.#logger = logger;
    this.#unfollow = source.follow({
      added: (environment) => this.#start(environment, new Identity(environment)),
      changed: (environment, previous) => {
        if (environment.credentials.sdkKey === previous.credentials.sdkKey) return;
        // A new key is a new upstream stream, and that a new leadership: whoever takes the lease begins anew.
        const before = this.#ingestors.get(previous.id)?.ingestor.identity;
        this.#end(previous);
        this.#start(environment, new Identity(environment, before?.claim));
      },
      removed: (environment) => this.#end(environment),
    });
  }

  find(environmentId: string): EnvironmentIngestor | undefined {
    return this.#ingestors.get(environmentId)?.ingestor;
  }

  [Symbol.iterator](): Iterator<IngestedEnvironment> {
    return this.#ingestors.values();
  }

  /** Gives all leases back. */
  async stop(): Promise<void> {
    await this.#unfollow();
    for (const { environment } of [...this.#ingestors.values()]) this.#end(environment);
    await Promise.all(this.#ending);
  }

  #start(environment: Environment, identity: Identity): void {
    this.#ingestors.set(environment.id, { environment, ingestor: this.#create(environment, identity) });
  }

  #end({ id, name }: Environment): void {
    const ingested = this.#ingestors.get(id);
    if (ingested === undefined) return;
    this.#ingestors.delete(id);
    const ending = ingested.ingestor
      .stop()
      .catch((error: unknown) => {
        this.#logger.error("cannot stop ingesting an environment", {
          event: "environment.stop_failed",
          environment: name,
          error: describeError(error),
        });
      })
      .finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
