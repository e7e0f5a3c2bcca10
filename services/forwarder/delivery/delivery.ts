import type { Clock } from "../../../shared/base/clock.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { Random } from "../../../shared/base/random.ts";
import type { Credentials } from "../../../shared/model/credentials.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import type { CauseOfDeath } from "../../../shared/queue/dead-letter.ts";
import type { JobEnd } from "../../../shared/queue/event-consumer.ts";
import {
  type EventPayload,
  PAYLOAD_KINDS,
  type PayloadKind,
  triedSince,
} from "../../../shared/queue/event-payload.ts";
import type { HeldJob } from "../../../shared/queue/held-job.ts";
import type { ParkedPayloads } from "../../../shared/queue/parked-payloads.ts";
import { describeDestination, destinationName } from "../../../shared/queue/payload-destinations.ts";
import type { DestinationGates } from "../pacing/destination-gates.ts";
import type { DestinationSignal } from "../pacing/destination-signal.ts";
import type { Semaphore } from "../pacing/semaphore.ts";
import type { DeliveryMetrics } from "./delivery-metrics.ts";
import {
  causeOf,
  deliveryOutcome,
  destinationSignal,
  type PostResult,
  type Refusal,
  type RetryPolicy,
} from "./delivery-outcome.ts";
import { JobLedger, type LeftOver } from "./job-ledger.ts";
import { sample } from "./sampling.ts";
import { hasOtherForm, splitPayload } from "./split-payload.ts";

/** What the deliveries of all environments share. */
export interface DeliveryParts {
  readonly post: (
    payload: EventPayload,
    credentials: Credentials,
    signal: AbortSignal,
  ) => Promise<PostResult>;
  /** Bounds the POSTs of a forwarder in all. */
  readonly posts: Semaphore;
  readonly samplingInterval: number;
  readonly retry: RetryPolicy;
  /** Aborts when what is in hand shall end; what was not delivered by then is left for later. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
  readonly metrics: DeliveryMetrics;
  readonly clock: Clock;
  readonly random: Random;
}

/** What an environment's deliveries have of their own. */
export interface EnvironmentParts {
  /** Writes a dead letter; resolves once it is safe. */
  readonly bury: (payload: EventPayload, cause: CauseOfDeath) => Promise<void>;
  readonly gates: DestinationGates;
  readonly parked: Pick<ParkedPayloads, "park" | "take" | "oldest" | "schedule">;
  /** Bounds the POSTs of the environment. */
  readonly posts: Semaphore;
}

/** A job in hand, as deliveries need it. */
export type JobInHand = Pick<HeldJob, "id" | "key" | "lockKey" | "token" | "require" | "rewrite">;

/** One turn of a job: what is to be posted as long as the job is ours, and what became of it. */
interface Turn {
  readonly job: JobInHand;
  readonly ledger: JobLedger;
  /** Whether a payload is tried to find out how its destination does. */
  readonly probes: boolean;
}

/** Delivers the jobs of one environment. */
export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #own: EnvironmentParts;
  #environment: Environment;

  constructor(environment: Environment, own: EnvironmentParts, parts: DeliveryParts) {
    this.#environment = environment;
    this.#own = own;
    this.#parts = parts;
    // So that an alert sees the first one.
    for (const kind of PAYLOAD_KINDS) parts.metrics.parked.add(this.#parkedLabels(kind), 0);
  }

  /** From now on payloads go out under this version of the environment, with its keys. */
  use(environment: Environment): void {
    this.#environment = environment;
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
    else await this.#tryAll(payloads, turn);
    if (next !== undefined && turn.probes) await parked.schedule(kind, next, gate.heldForMs());
    const { held, refused, ...left } = turn.ledger.leftOver();
    // Each refused payload goes to the end: the next time another one shows whether something can be delivered.
    return this.#end({ first: held, last: refused }, left, job);
  }

  async #processKind(kind: PayloadKind, payloads: readonly EventPayload[], turn: Turn): Promise<void> {
    const { kind: admission } = await this.#own.gates.of(kind).admit();
    if (admission === "open") return this.#tryAll(payloads, turn);
    for (const payload of payloads) turn.ledger.settle(payload, { kind: "held" });
  }

  async #oneFirst(kind: PayloadKind, payloads: readonly EventPayload[], turn: Turn): Promise<void> {
    // One that was refused before may be the only one that is.
    const [first, ...others] = payloads.toSorted((a, b) => (a.refusals ?? 0) - (b.refusals ?? 0));
    const sign = first === undefined ? "nothing" : await this.#try(first, turn);
    await this.#own.gates.of(kind).conclude(sign);
    if (sign === "healthy") return this.#tryAll(others, { ...turn, probes: false });
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
      if (this.#isTooOld(triedSince(payload))) await this.#bury(payload, { reason }, turn);
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

  /** Returns only when nothing is under way any more: whatever is still done belongs to this turn of the job. */
  #tryAll(payloads: readonly EventPayload[], turn: Turn): Promise<void> {
    return allSettled(payloads.map((payload) => this.#try(payload, turn)));
  }

  async #try(payload: EventPayload, turn: Turn): Promise<DestinationSignal> {
    const { samplingInterval, stopping } = this.#parts;
    const gate = this.#own.gates.of(payload.kind);
    const sampled = await sample(payload, samplingInterval);
    if (sampled === undefined) {
      this.#delivered(payload, turn);
      return "nothing";
    }
    if (!(await gate.enter())) {
      this.#untried(payload, turn);
      return "nothing";
    }
    const { credentials } = this.#environment;
    const { fingerprint } = gate;
    let sign: DestinationSignal = "nothing";
    let result: PostResult | undefined;
    try {
      result = await this.#post(sampled, credentials, turn);
      // A POST that our own stop broke off says nothing about the payload.
      if (result?.kind === "failed" && stopping.aborted) result = undefined;
      if (result !== undefined) sign = destinationSignal(result);
    } finally {
      gate.leave(sign, result && causeOf(result));
    }
    if (result === undefined) this.#untried(payload, turn);
    else await this.#settle(payload, sampled, result, fingerprint, turn);
    return sign;
  }

  /** Posts when there is a place for it, unless that has become pointless meanwhile. */
  #post(
    payload: EventPayload,
    credentials: Credentials,
    { job, probes }: Turn,
  ): Promise<PostResult | undefined> {
    const { post, posts, metrics, clock, stopping } = this.#parts;
    const gate = this.#own.gates.of(payload.kind);
    const inTurn = async (): Promise<PostResult | undefined> => {
      if (stopping.aborted || (gate.isClosed && !probes)) return undefined;
      job.require();
      const started = clock.monotonic();
      const ended = gate.sending();
      try {
        const result = await post(payload, credentials, stopping);
        metrics.postSeconds.observe(this.#labels(), (clock.monotonic() - started) / 1000);
        const status = result.kind === "answered" ? `${result.status}` : result.kind;
        metrics.posts.add({ ...this.#labels(), status });
        return result;
      } finally {
        ended();
      }
    };
    return this.#own.posts.run(() => posts.run(inTurn));
  }

  async #settle(
    payload: EventPayload,
    sampled: EventPayload,
    result: PostResult,
    fingerprint: string,
    turn: Turn,
  ): Promise<void> {
    const { clock, random, retry, logger } = this.#parts;
    const now = clock.now();
    const outcome = deliveryOutcome(result, {
      attempt: payload.attempts + 1,
      ageMs: now - triedSince(payload),
      now,
      random,
      policy: retry,
      hasOtherForm: hasOtherForm(payload),
    });
    // Nothing was sent of one that had nowhere to go.
    const after = result.kind === "unaddressed" ? payload : { ...payload, attempts: payload.attempts + 1 };
    switch (outcome.kind) {
      case "delivered":
        return this.#delivered(payload, turn);
      case "again":
        this.#parts.metrics.retried.add(this.#labels());
        logger.debug("events are tried again later", { payload: payload.id, reason: outcome.reason });
        return turn.ledger.settle(payload, outcome, after);
      case "parked":
        return this.#refused(payload, after, outcome.reason, fingerprint, turn);
      case "split":
        return this.#split(payload, sampled, outcome, turn);
      case "dead":
        // Too old to wait any longer, but the others still do.
        if (meansParking(result)) await this.#park(payload, causeOf(result).text, fingerprint, turn);
        return this.#bury(payload, outcome, turn, after);
    }
  }

  #delivered(payload: EventPayload, { ledger }: Turn): void {
    const { metrics, clock } = this.#parts;
    ledger.settle(payload, { kind: "gone" });
    metrics.delivered.add(this.#labels());
    metrics.ageSeconds.observe(this.#labels(), Math.max(0, clock.now() - payload.acceptedAt) / 1000);
  }

  /** When everything stops it is left to another forwarder as it is; else its destination takes nothing now. */
  #untried(payload: EventPayload, { ledger }: Turn): void {
    const { stopping } = this.#parts;
    ledger.settle(payload, stopping.aborted ? { kind: "again", delayMs: 0 } : { kind: "held" });
  }

  async #refused(
    payload: EventPayload,
    after: EventPayload,
    reason: string,
    fingerprint: string,
    turn: Turn,
  ): Promise<void> {
    const end = await this.#park(payload, reason, fingerprint, turn);
    const refusals = (payload.refusals ?? 0) + 1;
    turn.ledger.settle(payload, end, { ...after, refusals });
  }

  #park({ kind, refusals = 0 }: EventPayload, reason: string, fingerprint: string, { probes }: Turn) {
    this.#parts.metrics.parked.add(this.#parkedLabels(kind));
    return this.#own.gates.of(kind).refused(reason, fingerprint, refusals, probes);
  }

  async #split(payload: EventPayload, sampled: EventPayload, refusal: Refusal, turn: Turn): Promise<void> {
    const parts = await splitPayload(sampled, refusal.status);
    if (parts === undefined) {
      const cause = { ...refusal, reason: `${refusal.reason}, and nothing to split` };
      return this.#bury(payload, cause, turn, { ...payload, attempts: payload.attempts + 1 });
    }
    await turn.ledger.replace(payload, parts);
    this.#parts.metrics.split.add(this.#labels());
    await this.#tryAll(parts, turn);
  }

  /** Stores the dead letter before the payload leaves the job (E7). `after`: what the payload has become. */
  async #bury(
    payload: EventPayload,
    { reason, status, answer }: CauseOfDeath,
    { ledger }: Turn,
    after = payload,
  ): Promise<void> {
    const { metrics, logger } = this.#parts;
    const cause = {
      reason,
      ...(status !== undefined && { status }),
      ...(answer !== undefined && { answer }),
    };
    await this.#own.bury(after, cause);
    ledger.settle(payload, { kind: "gone" });
    metrics.dead.add(this.#labels());
    logger.warn("events cannot be delivered, kept as a dead letter", {
      event: "events.dead",
      payload: payload.id,
      destination: describeDestination(destinationName(payload.kind)),
      reason,
    });
  }

  #turn(payloads: readonly EventPayload[], job: JobInHand, probes: boolean): Turn {
    return { job, probes, ledger: new JobLedger(payloads, (left) => job.rewrite(left)) };
  }

  #isTooOld(since: number): boolean {
    return this.#parts.clock.now() - since > this.#parts.retry.maxAgeMs;
  }

  #parkedLabels(kind: PayloadKind) {
    return { ...this.#labels(), ...destinationName(kind) };
  }

  #labels(): { environment: string } {
    return { environment: this.#environment.name };
  }
}

function meansParking(result: PostResult): boolean {
  return result.kind === "unaddressed" || destinationSignal(result) === "refused";
}

/** Rejects, with what went wrong first, only when all have ended. */
async function allSettled(tasks: readonly Promise<unknown>[]): Promise<void> {
  for (const one of await Promise.allSettled(tasks)) if (one.status === "rejected") throw one.reason;
}
