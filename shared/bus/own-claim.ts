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
   * Whose a prefix is, as `stored`, the text of its claim, says. LaunchDarkly has told whoever shares a key with us
   * which environment that is, so its id is ours from then on: the key may be exchanged.
   */
  judge(stored: string | undefined): Ownership {
    const ownership = ownershipOf(stored, this.#claim);
    const envId = ownership === "ours" && stored !== undefined ? decodeClaim(stored)?.envId : undefined;
    if (envId !== undefined && this.#claim.envId === undefined) this.#claim = { ...this.#claim, envId };
    return ownership;
  }
}
