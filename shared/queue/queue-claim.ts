import type { Redis } from "ioredis";
import { withDeadline } from "../base/deadline.ts";
import { describeError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { type Claim, claimOf, claimsAgree, decodeClaim, encodeClaim } from "../model/claim.ts";
import type { Environment } from "../model/environment.ts";
import { connected } from "../redis/connect.ts";
import { KEEP_CLAIM } from "./claim-scripts.ts";
import { claimKey, NOBODY, newOwner, queuesBase } from "./claimed-place.ts";
import { type EventsPlace, eventsPlace } from "./queue-place.ts";

/** Another installation has claimed the events under this prefix; this one neither adds nor delivers there. */
export class ForeignClaimError extends Error {
  override readonly name = "ForeignClaimError";

  constructor(prefix: string, claimedBy: string) {
    super(
      `the events under the prefix "${prefix}" belong to the environment "${claimedBy}" of another installation`,
    );
  }
}

/** Asks what id LaunchDarkly has for the environment that this claim is of; `undefined` while nobody knows. */
export type LearnId = (mine: Claim) => Promise<string | undefined>;

/** How long it may take to be told of an id: whether the flags' Redis answers must not matter to events. */
const LEARN_MS = 300;

/**
 * The claim on the events under an environment's prefix (E10). It is stored in the Redis for events, set by the first process
 * that adds or takes jobs, and names the owner whose queues are used. Processes that match it (a common key, or the same
 * environment id) add their own keys, because keys rotate; all others get a {@link ForeignClaimError} and touch nothing.
 */
export class QueueClaim {
  readonly #connection: Redis;
  readonly #logger: Logger;
  readonly #learnId: LearnId;
  readonly #prefix: string;
  #mine: Claim;
  /** With which keys we agreed, before they became those of {@link #mine}. */
  #before: Claim | undefined;
  /** What Redis held when it was ours. */
  #held: { readonly owner: string; readonly claim: string } | undefined;
  #foreign: Claim | undefined;

  /** `connection` has the purpose `command`, leads to the Redis of the events, and stays the caller's. */
  constructor(connection: Redis, environment: Environment, learnId: LearnId, logger: Logger) {
    this.#connection = connection;
    this.#logger = logger.child({ environment: environment.name }, environment.logLevel);
    this.#learnId = learnId;
    this.#prefix = environment.prefix;
    this.#mine = claimOf(environment);
  }

  /** Who has claimed our prefix, as far as we saw last; `undefined` while it is ours or unknown. */
  get foreign(): Claim | undefined {
    return this.#foreign;
  }

  /** The environment has other keys: who has agreed so far, agrees. */
  change(environment: Environment): void {
    if (this.#held !== undefined) this.#before ??= this.#mine;
    this.#mine = claimOf(environment, this.#mine.envId);
    this.#held = undefined;
  }

  /** Where our events lie. Rejects with a {@link ForeignClaimError}, or when Redis does not answer. */
  async place(): Promise<EventsPlace> {
    const { owner } = this.#held ?? (await this.#keep());
    return eventsPlace(this.#prefix, owner);
  }

  /** As {@link place}, after a look at what Redis holds now. To be called now and then. */
  async look(): Promise<EventsPlace> {
    await this.#learn();
    if (!(await this.#isUnchanged())) this.#held = undefined;
    return this.place();
  }

  /**
   * Resolves if our events still lie at this place; rejects as {@link place} does. Mostly one short command, which
   * costs no time beside another one that is sent with it.
   */
  async confirm({ queue }: EventsPlace): Promise<void> {
    if (!(await this.#isUnchanged())) this.#held = undefined;
    const now = await this.place();
    if (now.queue.name !== queue.name)
      throw new Error("the environment's events have moved to another queue; try again");
  }

  async #isUnchanged(): Promise<boolean> {
    const held = this.#held;
    const [owner, claim] = await connected(this.#connection).hmget(claimKey(this.#prefix), "owner", "claim");
    return held !== undefined && owner === held.owner && claim === held.claim;
  }

  async #keep(): Promise<{ readonly owner: string }> {
    const [mine, before] = [this.#mine, this.#before];
    const args = [
      queuesBase(this.#prefix),
      encodeClaim(mine),
      before ? encodeClaim(before) : "",
      newOwner(mine),
    ];
    const script = connected(this.#connection).eval(KEEP_CLAIM, 1, claimKey(this.#prefix), ...args);
    const [ours, owner, claim] = (await script) as [number, string, string];
    if (ours === 0) throw this.#refused(decodeClaim(claim));
    // Meanwhile the keys may have changed once more.
    if (this.#mine === mine) {
      this.#held = { owner, claim };
      this.#before = undefined;
    }
    this.#agreed();
    return { owner };
  }

  /** Ids come with the flags; without one a claim is compared by keys, which may all have been replaced. */
  async #learn(): Promise<void> {
    if (this.#mine.envId !== undefined) return;
    const asked = this.#mine;
    try {
      const envId = await withDeadline(this.#learnId(asked), LEARN_MS, "asking for the environment's id");
      if (envId === undefined || this.#mine !== asked) return;
      this.#mine = { ...asked, envId };
      this.#held = undefined;
    } catch (error) {
      this.#logger.debug("the environment's id is unknown", { error: describeError(error) });
    }
  }

  #refused(claim: Claim = NOBODY): ForeignClaimError {
    if (this.#foreign === undefined || !claimsAgree(this.#foreign, claim))
      this.#logger.error(
        `another installation has claimed the event queue under the prefix "${this.#prefix}" for its environment ` +
          `"${claim.name}": SDKs get 503, and queued events are left to it. Give one of the two another ` +
          `prefix; or, if the other is gone, take over with "ld-relay claim --force"`,
        { event: "claim.foreign", prefix: this.#prefix, claimedBy: claim.name },
      );
    this.#foreign = claim;
    return new ForeignClaimError(this.#prefix, claim.name);
  }

  #agreed(): void {
    if (this.#foreign !== undefined)
      this.#logger.info(
        `the event queue under the prefix "${this.#prefix}" belongs to this installation again`,
        {
          event: "claim.ours",
          prefix: this.#prefix,
        },
      );
    this.#foreign = undefined;
  }
}
