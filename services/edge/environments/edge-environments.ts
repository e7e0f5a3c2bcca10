import type { Clock } from "../../../shared/base/clock.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { EnvironmentSource } from "../../../shared/environments/environment-source.ts";
import { PerEnvironment } from "../../../shared/environments/per-environment.ts";
import type { CredentialType } from "../../../shared/model/credentials.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { CredentialIndex } from "./credential-index.ts";
import type { EdgeEnvironment } from "./edge-environment.ts";

/** All environments that this edge serves, found by what a request shows. */
export class EdgeEnvironments implements Iterable<EdgeEnvironment> {
  // It learns of changes first, so that the clients of streams that end with a removal are refused when they return.
  readonly #credentials: CredentialIndex;
  readonly #served: PerEnvironment<EdgeEnvironment>;

  /** `create` makes what serves an environment; it is called for every one that `source` knows or learns of. */
  constructor(
    source: EnvironmentSource,
    create: (environment: Environment) => EdgeEnvironment,
    clock: Clock,
    logger: Logger,
  ) {
    this.#credentials = new CredentialIndex(source, clock);
    this.#served = new PerEnvironment(
      source,
      {
        start: create,
        change: (served, environment) => served.change(environment),
        stop: (served) => served.stop(),
      },
      logger,
    );
  }

  find(type: CredentialType, credential: string): EdgeEnvironment | undefined {
    const id = this.#credentials.find(type, credential);
    return id === undefined ? undefined : this.#served.find(id);
  }

  byId(environmentId: string): EdgeEnvironment | undefined {
    return this.#served.find(environmentId);
  }

  [Symbol.iterator](): Iterator<EdgeEnvironment> {
    return this.#served[Symbol.iterator]();
  }

  /** Ends all streams, spread evenly over `paceMs`; until then new ones are still opened. All else goes on. */
  async endStreams(paceMs: number): Promise<void> {
    await Promise.all([...this.#served].map((served) => served.endStreams(paceMs)));
  }

  /** Ends all environments with their streams. */
  async stop(): Promise<void> {
    await this.#credentials.stop();
    await this.#served.stop();
  }
}
