import type { Stop } from "../base/stop-scope.ts";
import { type Environment, sameEnvironment } from "../model/environment.ts";

/** Is told what environments there are, one call a change, always in the same order as it happened. */
export interface EnvironmentListener {
  added(environment: Environment): void;
  /** Same `id`, other contents: rotated keys, another TTL. A changed `prefix` comes as removed, then added. */
  changed(environment: Environment, previous: Environment): void;
  removed(environment: Environment): void;
}

/**
 * Who knows the environments. Nothing else in the relay assumes where they come from, that they are known at
 * start, or for how long they stay.
 */
export interface EnvironmentSource {
  /** Adds everything known so far before it returns, then reports changes until stopped. */
  follow(listener: EnvironmentListener): Stop;
}

/** Environments as a list that somebody replaces: a configuration file today. */
export class EnvironmentList implements EnvironmentSource {
  #environments: ReadonlyMap<string, Environment> = new Map();
  readonly #listeners = new Set<EnvironmentListener>();

  constructor(environments: Iterable<Environment> = []) {
    this.replace(environments);
  }

  /** Makes `environments` the whole truth and tells listeners the difference: removals first, then the rest. */
  replace(environments: Iterable<Environment>): void {
    const before = this.#environments;
    const after = new Map([...environments].map((environment) => [environment.id, environment]));
    this.#environments = after;
    const moved = (old: Environment): boolean => after.get(old.id)?.prefix !== old.prefix;
    for (const old of before.values()) if (moved(old)) this.#tell((listener) => listener.removed(old));
    for (const environment of after.values()) {
      const old = before.get(environment.id);
      if (old === undefined || moved(old)) this.#tell((listener) => listener.added(environment));
      else if (!sameEnvironment(old, environment))
        this.#tell((listener) => listener.changed(environment, old));
    }
  }

  follow(listener: EnvironmentListener): Stop {
    this.#listeners.add(listener);
    for (const environment of this.#environments.values()) listener.added(environment);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #tell(what: (listener: EnvironmentListener) => void): void {
    for (const listener of this.#listeners) what(listener);
  }
}
