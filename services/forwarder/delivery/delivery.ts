import type { Environment } from "../../../shared/model/environment.ts";
import type { JobEnd } from "../../../shared/queue/event-consumer.ts";
import { type EventPayload, type PayloadKind, triedSince } from "../../../shared/queue/event-payload.ts";
import type { ParkedPayloads } from "../../../shared/queue/parked-payloads.ts";
import { JobLedger, type LeftOver } from "./job-ledger.ts";
import { type DeliveryParts, type OwnParts, PayloadDelivery } from "./payload-delivery.ts";
import { allSettled, type JobInHand, type Turn } from "./turn.ts";

/** What an environment's deliveries have of their own. */
export interface EnvironmentParts extends OwnParts {
  readonly parked: Pick<ParkedPayloads, "park" | "take" | "oldest" | "schedule">;
}

/** Delivers the jobs of one environment: decides which payloads may be tried now, and parks the others. */
export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #own: EnvironmentParts;
  readonly #payloads: PayloadDelivery;

  constructor(environment: Environment, own: EnvironmentParts, parts: DeliveryParts) {
    this.#own = own;
    this.#parts = parts;
    this.#payloads = new PayloadDelivery(environment, own, parts);
  }

  /** From now on payloads go out under this version of the environment, with its keys. */
  use(environment: Environment): void {
    this.#payloads.use(environment);
    this.#own.gates.use(environment.credentials);
  }

  /**
   * Tries each payload once whose destination takes some at the moment, and parks the others. Resolves with what is left
   * of the job. Rejects if a dead letter is not written.
   */
  async process(payloads: readonly EventPayload[], job: JobInHand): Promise<JobEnd> {
    const turn = this.#turn(payloads, job, false);
    const kinds = [...Map.groupBy(payloads, ({ kind }) => kind)];
    await allSettled(kinds.map(([kind, some]) => this.#processKind(kind, some, turn)));
    const { held, refused, ...left } = turn.ledger.leftOver();
    return this.#end({ last: [...held, ...refused] }, left, job);
  }

  /** Takes parked payloads of this kind into the job, if it is time for that, and delivers them. */
  async release(kind: PayloadKind, job: JobInHand): Promise<JobEnd> {
    const { gates, parked } = this.#own;
    const gate = gates.of(kind);
    const admission = await gate.admitRelease();
    if (admission.kind === "held") return this.#keepParked(kind, admission.forMs, job);
    const { payloads, next } = await parked.take(job, kind, job.id);
    if (next !== undefined && admission.kind === "open") await parked.schedule(kind, next, 0);
    const turn = this.#turn(payloads, job, admission.kind === "one first");
    if (turn.probes) await this.#oneFirst(kind, payloads, turn);
    else await this.#payloads.tryAll(payloads, turn);
    if (next !== undefined && turn.probes) await parked.schedule(kind, next, gate.heldForMs());
    const { held, refused, ...left } = turn.ledger.leftOver();
    // Each refused payload goes to the end: the next time another one shows whether something can be delivered.
    return this.#end({ first: held, last: refused }, left, job);
  }

  async #processKind(kind: PayloadKind, payloads: readonly EventPayload[], turn: Turn): Promise<void> {
    const { kind: admission } = await this.#own.gates.of(kind).admit();
    if (admission === "open") return this.#payloads.tryAll(payloads, turn);
    for (const payload of payloads) turn.ledger.settle(payload, { kind: "held" });
  }

  async #oneFirst(kind: PayloadKind, payloads: readonly EventPayload[], turn: Turn): Promise<void> {
    // One that was refused before may be the only one that is.
    const [first, ...others] = payloads.toSorted((a, b) => (a.refusals ?? 0) - (b.refusals ?? 0));
    const sign = first === undefined ? "nothing" : await this.#payloads.try(first, turn);
    await this.#own.gates.of(kind).conclude(sign);
    if (sign === "healthy") return this.#payloads.tryAll(others, { ...turn, probes: false });
    for (const payload of others) turn.ledger.settle(payload, { kind: "held" });
  }

  /** Parked payloads stay where they are, but for those that have waited for too long. */
  async #keepParked(kind: PayloadKind, forMs: number, job: JobInHand): Promise<JobEnd> {
    const { parked, gates } = this.#own;
    const oldest = await parked.oldest(kind);
    if (oldest === undefined || !this.#isTooOld(oldest)) return { kind: "unchanged", delayMs: forMs };
    const { payloads, next } = await parked.take(job, kind, job.id);
    const turn = this.#turn(payloads, job, false);
    const reason = `too old: ${gates.of(kind).obstacle?.reason ?? "LaunchDarkly was too slow"}`;
    for (const payload of payloads)
      if (this.#isTooOld(triedSince(payload))) await this.#payloads.bury(payload, { reason }, turn);
      else turn.ledger.settle(payload, { kind: "held" });
    if (next !== undefined) await parked.schedule(kind, next, 0);
    const { held, refused: _, ...left } = turn.ledger.leftOver();
    return this.#end({ first: held }, left, job);
  }

  /** Parks what cannot go on; what is left then stays in the job. */
  async #end(
    leaves: { readonly first?: readonly EventPayload[]; readonly last?: readonly EventPayload[] },
    { again, delayMs }: Pick<LeftOver, "again" | "delayMs">,
    job: JobInHand,
  ): Promise<JobEnd> {
    const { parked, gates } = this.#own;
    if ((leaves.first ?? []).length + (leaves.last ?? []).length > 0) {
      const begun = await parked.park(job, leaves, again);
      for (const [kind, release] of begun) await parked.schedule(kind, release, gates.of(kind).heldForMs());
    }
    return again.length === 0 ? { kind: "done" } : { kind: "again", delayMs, payloads: again };
  }

  #turn(payloads: readonly EventPayload[], job: JobInHand, probes: boolean): Turn {
    return { job, probes, ledger: new JobLedger(payloads, (left) => job.rewrite(left)) };
  }

  #isTooOld(since: number): boolean {
    return this.#parts.clock.now() - since > this.#parts.retry.maxAgeMs;
  }
}
