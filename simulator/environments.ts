import type { IncomingHttpHeaders } from "node:http";
import type { CredentialPlace } from "./routes.ts";
import type { SimulatedEnvironment } from "./simulated-environment.ts";

/** The environments that exist, found by what a request shows. */
export class Environments {
  readonly #all = new Map<string, SimulatedEnvironment>();

  /** Throws for an SDK key that is taken. */
  add(environment: SimulatedEnvironment): void {
    if (this.#all.has(environment.sdkKey)) throw new Error("the SDK key belongs to an environment already");
    this.#all.set(environment.sdkKey, environment);
  }

  [Symbol.iterator](): Iterator<SimulatedEnvironment> {
    return this.#all.values();
  }

  find(credential: CredentialPlace, headers: IncomingHttpHeaders): SimulatedEnvironment | undefined {
    // Some mobile SDKs put a scheme of LaunchDarkly's own before the key (S3).
    const shown = headers.authorization?.replace(/^api_key /, "") ?? "";
    switch (credential.kind) {
      case "sdk key":
        return this.#all.get(shown);
      case "mobile key":
        return this.#where(({ mobileKey }) => mobileKey === shown);
      case "path":
        return this.#where(({ envId }) => envId === credential.envId);
    }
  }

  #where(matches: (environment: SimulatedEnvironment) => boolean): SimulatedEnvironment | undefined {
    return [...this.#all.values()].find(matches);
  }
}
