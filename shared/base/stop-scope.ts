import { describeError } from "./errors.ts";

/** Ends something that was started. */
export type Stop = () => void | Promise<void>;

/**
 * Remembers how to stop what was started, and stops it newest first, because what came later rests on what came
 * before. A failure to stop one part does not spare the others.
 */
export class StopScope {
  readonly #stops: { readonly what: string; readonly stop: Stop }[] = [];
  #stopping: Promise<void> | undefined;

  /** Registers how to stop `what`; the name appears in the error when that fails. */
  add(what: string, stop: Stop): void {
    this.#stops.push({ what, stop });
  }

  /** Stops everything, once. Rejects with an `AggregateError` after all were tried, if some failed. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    const failures: Error[] = [];
    for (let entry = this.#stops.pop(); entry !== undefined; entry = this.#stops.pop()) {
      try {
        await entry.stop();
      } catch (error) {
        failures.push(new Error(`stopping ${entry.what}: ${describeError(error)}`, { cause: error }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map((f) => f.message).join("; "));
  }
}
