import { describeError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { NotConnectedError } from "./not-connected-error.ts";

/**
 * Says once that Redis does not answer somebody, and once that it does again, however often it is asked meanwhile.
 * That there is no connection is for the connection to say: here it would be said again for every environment.
 */
export class OutageLog {
  readonly #logger: Logger;
  #level: "debug" | "warn" | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Whether the last command failed. */
  get ongoing(): boolean {
    return this.#level !== undefined;
  }

  failed(error: unknown): void {
    if (this.#level !== undefined) return;
    this.#level = error instanceof NotConnectedError ? "debug" : "warn";
    this.#logger[this.#level]("Redis does not answer: trying again", { error: describeError(error) });
  }

  answered(): void {
    if (this.#level === undefined) return;
    this.#logger[this.#level === "debug" ? "debug" : "info"]("Redis answers again");
    this.#level = undefined;
  }
}
