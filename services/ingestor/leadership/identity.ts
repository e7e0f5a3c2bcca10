import { type Claim, claimOf, withFingerprintsOf } from "../../../shared/model/claim.ts";
import type { Environment } from "../../../shared/model/environment.ts";

/**
 * Who this process is for an environment: what its claims say. LaunchDarkly says the environment's id when a stream
 * opens, and without it a claim made under an earlier key looks like another environment's.
 */
export class Identity {
  #environment: Environment;
  #before: Claim | undefined;
  #claim: Claim;
  #settled: boolean;

  /** `before`: what this process claimed while the environment had other keys; what was claimed with those is its own, too. */
  constructor(environment: Environment, before?: Claim) {
    this.#environment = environment;
    this.#before = before;
    this.#claim = withFingerprintsOf(before, claimOf(environment));
    this.#settled = environment.credentials.envId !== undefined;
  }

  get claim(): Claim {
    return this.#claim;
  }

  /** Whether nothing more can be learnt: the id is known, or LaunchDarkly has sent its data and did not say it. */
  get settled(): boolean {
    return this.#settled;
  }

  /** The environment has other keys beside the one that the stream from LaunchDarkly is opened with. */
  change(environment: Environment): void {
    this.#environment = environment;
    this.#before = this.#claim;
    this.#claim = withFingerprintsOf(this.#before, claimOf(environment, this.#before.envId));
    this.#settled ||= environment.credentials.envId !== undefined;
  }

  /** LaunchDarkly has sent its data, and said the environment's id before, if it says it at all. */
  learn(envId: string | undefined): void {
    this.#settled = true;
    if (envId !== undefined)
      this.#claim = withFingerprintsOf(this.#before, claimOf(this.#environment, envId));
  }
}
