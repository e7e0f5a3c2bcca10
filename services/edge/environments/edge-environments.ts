import { describeError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { Stop } from "../../../shared/base/stop-scope.ts";
import type { EnvironmentSource } from "../../../shared/environments/environment-source.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { CredentialIndex, type CredentialType } from "./credential-index.ts";
import type { EdgeEnvironment } from "./edge-environment.ts";

/** All environments that this edge serves, found by what a request shows. */
export class EdgeEnvironments {
  readonly #byId = new Map<string, EdgeEnvironment>();
  readonly #byCredential = new CredentialIndex<EdgeEnvironment>();
  readonly #unfollow: Stop;

  /** `create` makes what serves an environment; it is called for every one that `source` knows or learns of. */
  constructor(
    source: EnvironmentSource,
    create: (environment: Environment) => EdgeEnvironment,
    logger: Logger,
  ) {
    this.#unfollow = source.follow({
      added: (environment) => {
        const served = create(environment);
        this.#byId.set(environment.id, served);
        this.#byCredential.add(environment, served);
      },
      changed: (environment, previous) => {
        const served = this.#byId.get(environment.id);
        if (served === undefined) return;
        this.#byCredential.remove(previous, served);
        this.#byCredential.add(environment, served);
        served.change(environment);
      },
      removed: (environment) => {
        const served = this.#byId.get(environment.id);
        if (served === undefined) return;
        // First the credentials, so that the clients of the streams that end now are refused when they return.
        this.#byCredential.remove(environment, served);
        this.#byId.delete(environment.id);
        served.stop().catch((error: unknown) => {
          logger.error("cannot stop serving a removed environment", {
            event: "environment.stop_failed",
            environment: environment.name,
            error: describeError(error),
          });
        });
      },
    });
  }

  find(type: CredentialType, credential: string): EdgeEnvironment | undefined {
    return this.#byCredential.find(type, credential);
  }

  byId(environmentId: string): EdgeEnvironment | undefined {
    return this.#byId.get(environmentId);
  }

  [Symbol.iterator](): Iterator<EdgeEnvironment> {
    return this.#byId.values();
  }

  /** Ends all streams, spread evenly over `paceMs`; until then new ones are still opened. All else goes on. */
  async endStreams(paceMs: number): Promise<void> {
    await Promise.all([...this.#byId.values()].map((served) => served.endStreams(paceMs)));
  }

  /** Ends all environments with their streams. */
  async stop(): Promise<void> {
    await this.#unfollow();
    await Promise.all([...this.#byId.values()].map((served) => served.stop()));
  }
}
