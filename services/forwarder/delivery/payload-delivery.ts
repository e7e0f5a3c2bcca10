import type { Clock } from "../../../shared/base/clock.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { Random } from "../../../shared/base/random.ts";
import type { Credentials } from "../../../shared/model/credentials.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import type { CauseOfDeath } from "../../../shared/queue/dead-letter.ts";
import {
  type EventPayload,
  PAYLOAD_KINDS,
  type PayloadKind,
  triedSince,
} from "../../../shared/queue/event-payload.ts";
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
import { sample } from "./sampling.ts";
import { hasOtherForm, splitPayload } from "./split-payload.ts";
import { allSettled, type Turn } from "./turn.ts";

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

/** What payloads of one environment are delivered with. */
export interface OwnParts {
  /** Writes a dead letter; resolves once it is safe. */
  readonly bury: (payload: EventPayload, cause: CauseOfDeath) => Promise<void>;
  readonly gates: DestinationGates;
  /** Bounds the POSTs of the environment. */
  readonly posts: Semaphore;
}

/** Delivers one payload of an environment after the other: posts it, and settles what the answer means for it. */
export class PayloadDelivery {
  readonly #parts: DeliveryParts;
  readonly #own: OwnParts;
  #environment: Environment;

  constructor(environment: Environment, own: OwnParts, parts: DeliveryParts) {
    this.#environment = environment;
    this.#own = own;
    this.#parts = parts;
    // So that an alert sees the first one.
    for (const kind of PAYLOAD_KINDS) parts.metrics.parked.add(this.#parkedLabels(kind), 0);
  }

  /** From now on payloads go out under this version of the environment, with its keys. */
  use(environment: Environment): void {
    this.#environment = environment;
  }

  /** Returns only when nothing is under way any more: whatever is still done belongs to this turn of the job. */
  tryAll(payloads: readonly EventPayload[], turn: Turn): Promise<void> {
    return allSettled(payloads.map((payload) => this.try(payload, turn)));
  }

  /** Tries the payload once, and settles it in the ledger. Resolves with what that says about its destination. */
  async try(payload: EventPayload, turn: Turn): Promise<DestinationSignal> {
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
        return this.bury(payload, outcome, turn, after);
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
      return this.bury(payload, cause, turn, { ...payload, attempts: payload.attempts + 1 });
    }
    await turn.ledger.replace(payload, parts);
    this.#parts.metrics.split.add(this.#labels());
    await this.tryAll(parts, turn);
  }

  /** Stores the dead letter before the payload leaves the job (E7). `after`: what the payload has become. */
  async bury(
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
