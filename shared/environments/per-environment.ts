import { describeError } from "../base/errors.ts";
import type { LogEvent } from "../base/log-events.ts";
import type { Logger } from "../base/logger.ts";
import type { Stop } from "../base/stop-scope.ts";
import type { Environment } from "../model/environment.ts";
import type { EnvironmentSource } from "./environment-source.ts";

/** What a role does for one environment after another. A failure is logged and concerns no other environment. */
export interface EnvironmentWork<Part> {
  /** Starts the part of an environment that is there, or was added at run time. */
  start(environment: Environment): Part;
  /** Goes on with another version of the same environment: rotated keys, another TTL. */
  change(part: Part, environment: Environment): void | Promise<void>;
  /**
   * How to start anew where `part` cannot go on with the changed environment; `undefined` where it can. Left out: it always
   * can. `part` begins to stop before its successor starts.
   */
  successor?(part: Part, environment: Environment, previous: Environment): (() => Part) | undefined;
  /** Takes nothing new from here on, at once, and resolves when everything has ended. */
  stop(part: Part): Promise<void>;
}

interface Entry<Part> {
  readonly environment: Environment;
  readonly part: Part;
}

/** One part for each environment that there is, as environments are added, changed and removed. */
export class PerEnvironment<Part> implements Iterable<Part> {
  readonly #entries = new Map<string, Entry<Part>>();
  readonly #ending = new Set<Promise<void>>();
  readonly #work: EnvironmentWork<Part>;
  readonly #logger: Logger;
  readonly #unfollow: Stop;
  #stopped: Promise<void> | undefined;

  /** Starts the parts of all environments that `source` knows, and follows it until {@link stop}. */
  constructor(source: EnvironmentSource, work: EnvironmentWork<Part>, logger: Logger) {
    this.#work = work;
    this.#logger = logger;
    this.#unfollow = source.follow({
      added: (environment) => this.#start(environment, () => work.start(environment)),
      changed: (environment, previous) => this.#change(environment, previous),
      removed: ({ id }) => this.#end(id),
    });
  }

  /** The part of an environment, by its `id`. */
  find(environmentId: string): Part | undefined {
    return this.#entries.get(environmentId)?.part;
  }

  *[Symbol.iterator](): Generator<Part, void> {
    for (const { part } of this.#entries.values()) yield part;
  }

  /** Every part with its environment as it is now. */
  *entries(): Generator<readonly [Environment, Part], void> {
    for (const { environment, part } of this.#entries.values()) yield [environment, part];
  }

  /**
   * Stops all parts, and resolves when these, and those that were stopping already, have ended. Never rejects. The parts
   * are still found: a client that asks while the process ends must not hear that its environment is unknown.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    await this.#unfollow();
    for (const entry of this.#entries.values()) this.#stop(entry);
    await Promise.all(this.#ending);
  }

  #start(environment: Environment, start: () => Part): void {
    try {
      this.#entries.set(environment.id, { environment, part: start() });
    } catch (error) {
      this.#failed("start", environment, error);
    }
  }

  #change(environment: Environment, previous: Environment): void {
    const entry = this.#entries.get(environment.id);
    if (entry === undefined) return this.#start(environment, () => this.#work.start(environment));
    const successor = this.#work.successor?.(entry.part, environment, previous);
    if (successor !== undefined) {
      this.#end(environment.id);
      return this.#start(environment, successor);
    }
    this.#entries.set(environment.id, { environment, part: entry.part });
    void this.#logged("change", environment, () => this.#work.change(entry.part, environment));
  }

  #end(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#stop(entry);
  }

  #stop({ environment, part }: Entry<Part>): void {
    const ending = this.#logged("stop", environment, () => this.#work.stop(part));
    this.#ending.add(ending);
    void ending.then(() => this.#ending.delete(ending));
  }

  async #logged(step: Step, environment: Environment, act: () => void | Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#failed(step, environment, error);
    }
  }

  #failed(step: Step, { name }: Environment, error: unknown): void {
    this.#logger.error(FAILURES[step].text, {
      event: FAILURES[step].event,
      environment: name,
      error: describeError(error),
    });
  }
}

type Step = "start" | "change" | "stop";

const FAILURES: Readonly<Record<Step, { readonly event: LogEvent<"error">; readonly text: string }>> = {
  start: {
    event: "environment.start_failed",
    text: "cannot start an environment: the process works without it until it is added again or changes",
  },
  change: {
    event: "environment.change_failed",
    text: "cannot apply a change of an environment: it may still work as it did before",
  },
  stop: {
    event: "environment.stop_failed",
    text: "cannot stop an environment that was removed or restarted: its resources may still be held",
  },
};
