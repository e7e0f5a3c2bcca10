import { describeError } from "../../shared/base/errors.ts";
import type { Logger } from "../../shared/base/logger.ts";
import type { Stop } from "../../shared/base/stop-scope.ts";
import type { Environment } from "../../shared/model/environment.ts";
import type { EnvironmentSource } from "../../shared/model/environment-source.ts";
import type { ClaimedLine } from "./claimed-line.ts";

/** One line for each environment that there is, as environments come, change and go. */
export class EnvironmentLines {
  readonly #lines = new Map<string, ClaimedLine>();
  readonly #closing = new Set<Promise<void>>();
  readonly #closeMs: number;
  readonly #logger: Logger;
  readonly #unfollow: Stop;

  /** `open` begins a line; `closeMs` is how long closing one may take. */
  constructor(
    environments: EnvironmentSource,
    open: (environment: Environment) => ClaimedLine,
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

  find(environmentId: string): ClaimedLine | undefined {
    return this.#lines.get(environmentId);
  }

  [Symbol.iterator](): Iterator<ClaimedLine> {
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

  async #closeLogged(line: ClaimedLine): Promise<void> {
    try {
      await line.close(this.#closeMs);
    } catch (error) {
      this.#logger.error("closing the queue of an environment", {
        environment: line.environmentName,
        error: describeError(error),
      });
    }
  }
}
