import { describeError } from "../../shared/base/errors.ts";
import type { Logger } from "../../shared/base/logger.ts";
import type { Stop } from "../../shared/base/stop-scope.ts";
import type { EnvironmentSource } from "../../shared/environments/environment-source.ts";
import type { Environment } from "../../shared/model/environment.ts";
import type { ClaimedDelivery } from "./claimed-delivery.ts";

/** One line for each environment that there is, as environments come, change and go. */
export class EnvironmentDeliveries {
  readonly #lines = new Map<string, ClaimedDelivery>();
  readonly #closing = new Set<Promise<void>>();
  readonly #closeMs: number;
  readonly #logger: Logger;
  readonly #unfollow: Stop;

  /** `open` begins a line; `closeMs` is how long closing one may take. */
  constructor(
    environments: EnvironmentSource,
    open: (environment: Environment) => ClaimedDelivery,
    closeMs: number,
    logger: Logger,
  ) {
    this.#closeMs = closeMs;
    this.#logger = logger;
    this.#unfollow = environments.follow({
      added: (environment) => void this.#lines.set(environment.id, open(environment)),
      changed: (environment) => void this.#lines.get(environment.id)?.change(environment),
      removed: ({ id }) => this.#close(id),
    });
  }

  find(environmentId: string): ClaimedDelivery | undefined {
    return this.#lines.get(environmentId);
  }

  [Symbol.iterator](): Iterator<ClaimedDelivery> {
    return this.#lines.values();
  }

  /** Closes all lines, also those that were closing already. */
  async close(): Promise<void> {
    await this.#unfollow();
    for (const id of [...this.#lines.keys()]) this.#close(id);
    await Promise.all(this.#closing);
  }

  #close(id: string): void {
    const line = this.#lines.get(id);
    if (line === undefined) return;
    this.#lines.delete(id);
    const closing = this.#closeLogged(line).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  async #closeLogged(line: ClaimedDelivery): Promise<void> {
    try {
      await line.close(this.#closeMs);
    } catch (error) {
      this.#logger.error("cannot stop delivery for an environment", {
        event: "environment.stop_failed",
        environment: line.environmentName,
        error: describeError(error),
      });
    }
  }
}
