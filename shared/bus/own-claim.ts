import { type Claim, decodeClaim, type Ownership, ownershipOf } from "../model/claim.ts";

/** What a follower would claim, and what it learns from claims that agree with that. */
export class OwnClaim {
  #claim: Claim;

  constructor(claim: Claim) {
    this.#claim = claim;
  }

  /** The environment's keys or its name have changed. */
  replace(claim: Claim): void {
    this.#claim = claim;
  }

  /**
   * Whose a prefix is, by `stored`, the text of its claim. The id in a claim that agrees is ours from then on: it came
   * from LaunchDarkly, and the key that we share with the claim may be exchanged.
   */
  judge(stored: string | undefined): Ownership {
    const ownership = ownershipOf(stored, this.#claim);
    const envId = ownership === "ours" && stored !== undefined ? decodeClaim(stored)?.envId : undefined;
    if (envId !== undefined && this.#claim.envId === undefined) this.#claim = { ...this.#claim, envId };
    return ownership;
  }
}
