import type { Clock } from "../../shared/base/clock.ts";
import type { Logger } from "../../shared/base/logger.ts";
import type { Random } from "../../shared/base/random.ts";
import type { Credentials } from "../../shared/model/credentials.ts";
import type { Environment } from "../../shared/model/environment.ts";
import type { CauseOfDeath } from "../../shared/queue/dead-letter.ts";
import type { JobEnd } from "../../shared/queue/event-consumer.ts";
import type { EventPayload } from "../../shared/queue/event-job.ts";
import type { HeldJob } from "../../shared/queue/held-job.ts";
import type { Parking } from "../../shared/queue/parking.ts";
import type { Circuit } from "./circuit.ts";
import { credentialsMark } from "./credentials-mark.ts";
import type { DeliveryMetrics } from "./delivery-metrics.ts";
import {
  deliveryOutcome,
  type PostResult,
  type Refusal,
  type RetryPolicy,
  type Sign,
  signOf,
} from "./delivery-outcome.ts";
import { JobLedger, type PayloadEnd } from "./job-ledger.ts";
import type { Probation } from "./probation.ts";
import { sample } from "./sampling.ts";
import type { Semaphore } from "./semaphore.ts";
import { hasOtherForm, splitPayload } from "./split-payload.ts";

/**
 * How long a refusal speaks for what is in hand already; the rest waits in Redis, where a forwarder with newer keys may
 * take it any time.
 */
const POINTLESS_MS = 30_000;

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
  readonly circuit: Circuit;
  readonly probation: Pick<Probation, "permission" | "conclude">;
  readonly parking: Pick<Parking, "park">;
}

/** One turn of a job: what is to be posted as long as the job is ours, and what became of it. */
interface Turn {
  readonly job: Pick<HeldJob, "require" | "rewrite">;
  readonly ledger: JobLedger;
}

/** Delivers the jobs of one environment. */
export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #own: EnvironmentParts;
  #environment: Environment;
  #refused = false;
  /** By the monotonic clock: until then what is in hand is not tried, because the key was just refused. */
  #pointlessUntil = 0;

  constructor(environment: Environment, own: EnvironmentParts, parts: DeliveryParts) {
    this.#environment = environment;
    this.#own = own;
    this.#parts = parts;
  }

  /** Whether LaunchDarkly refused a present key when it was last asked. */
  get isRefused(): boolean {
    return this.#refused;
  }

  /** From now on payloads go out under this version of the environment, with its keys. */
  use(environment: Environment): void {
    this.#environment = environment;
    this.#refused = false;
    this.#pointlessUntil = 0;
  }

  /** Tries each payload once; resolves with what is left of the job. Rejects if a dead letter is not written. */
  async process(payloads: readonly EventPayload[], job: Turn["job"]): Promise<JobEnd> {
    const permission = await this.#own.probation.permission();
    if (permission.kind === "none") return { kind: "again", delayMs: permission.forMs, payloads };
    const ledger = new JobLedger(payloads, (left) => job.rewrite(left));
    await this.#deliver(payloads, permission.kind === "one first", { job, ledger });
    return ledger.end();
  }

  /** Directly: each payload is a POST of its own. */
  async #deliver(payloads: readonly EventPayload[], oneFirst: boolean, turn: Turn): Promise<void> {
    const [first, ...others] = payloads;
    if (!oneFirst || first === undefined) return this.#tryAll(payloads, turn);
    const sign = await this.#try(first, turn);
    await this.#own.probation.conclude(sign);
    if (sign === "well") await this.#tryAll(others, turn);
  }

  /** Returns only when nothing is under way any more: whatever is still done belongs to this turn of the job. */
  async #tryAll(payloads: readonly EventPayload[], turn: Turn): Promise<void> {
    const tries = await Promise.allSettled(payloads.map((payload) => this.#try(payload, turn)));
    for (const one of tries) if (one.status === "rejected") throw one.reason;
  }

  async #try(payload: EventPayload, turn: Turn): Promise<Sign> {
    const { samplingInterval, stopping } = this.#parts;
    const { circuit } = this.#own;
    const sampled = await sample(payload, samplingInterval);
    if (sampled === undefined) {
      this.#delivered(payload, turn);
      return "nothing";
    }
    if (!(await circuit.enter())) {
      turn.ledger.settle(payload, { kind: "untried", delayMs: circuit.retryInMs() });
      return "nothing";
    }
    const { credentials } = this.#environment;
    let sign: Sign = "nothing";
    let result: PostResult | undefined;
    try {
      result = await this.#post(sampled, credentials, turn);
      // A POST that our own stop broke off says nothing about the payload.
      if (result?.kind === "failed" && stopping.aborted) result = undefined;
      if (result !== undefined) sign = signOf(result);
      if (sign === "well") this.#refused = false;
    } finally {
      circuit.leave(sign);
    }
    if (result === undefined) this.#untried(payload, turn);
    else await this.#settle(payload, sampled, result, credentials, turn);
    return sign;
  }

  /** Posts when there is a place for it, unless that has become pointless meanwhile. */
  #post(payload: EventPayload, credentials: Credentials, { job }: Turn): Promise<PostResult | undefined> {
    const { post, posts, metrics, clock, stopping } = this.#parts;
    return posts.run(async () => {
      if (stopping.aborted || clock.monotonic() < this.#pointlessUntil) return undefined;
      job.require();
      const started = clock.monotonic();
      const result = await post(payload, credentials, stopping);
      metrics.postSeconds.observe(this.#labels(), (clock.monotonic() - started) / 1000);
      metrics.posts.add({
        ...this.#labels(),
        status: result.kind === "answered" ? `${result.status}` : result.kind,
      });
      return result;
    });
  }

  async #settle(
    payload: EventPayload,
    sampled: EventPayload,
    result: PostResult,
    credentials: Credentials,
    turn: Turn,
  ): Promise<void> {
    const { clock, random, retry, logger } = this.#parts;
    const now = clock.now();
    const outcome = deliveryOutcome(result, {
      attempt: payload.attempts + 1,
      ageMs: now - (payload.replayedAt ?? payload.acceptedAt),
      now,
      random,
      policy: retry,
      hasOtherForm: hasOtherForm(payload),
    });
    switch (outcome.kind) {
      case "delivered":
        return this.#delivered(payload, turn);
      case "again":
        this.#parts.metrics.retried.add(this.#labels());
        logger.debug("events are tried again later", { payload: payload.id, reason: outcome.reason });
        return turn.ledger.settle(payload, outcome);
      case "parked":
        return turn.ledger.settle(payload, await this.#parked(outcome.reason, credentials));
      case "split":
        return this.#split(payload, sampled, outcome, turn);
      case "dead":
        // Too old to wait any longer, but the others still do.
        if (signOf(result) === "refused") await this.#parked(`status ${outcome.status}`, credentials);
        return this.#dead(payload, outcome, turn);
    }
  }

  #delivered(payload: EventPayload, { ledger }: Turn): void {
    const { metrics, clock } = this.#parts;
    ledger.settle(payload, { kind: "delivered" });
    metrics.delivered.add(this.#labels());
    metrics.ageSeconds.observe(this.#labels(), Math.max(0, clock.now() - payload.acceptedAt) / 1000);
  }

  #untried(payload: EventPayload, { ledger }: Turn): void {
    const restMs = Math.max(0, this.#pointlessUntil - this.#parts.clock.monotonic());
    ledger.settle(payload, { kind: "untried", delayMs: Math.ceil(restMs) });
  }

  /** Parks the queue, unless the keys that were refused are not ours any more. */
  async #parked(reason: string, credentials: Credentials): Promise<PayloadEnd> {
    const { metrics, logger, clock } = this.#parts;
    if (credentials !== this.#environment.credentials) return { kind: "again", delayMs: 0, reason };
    const { forMs, begins } = await this.#own.parking.park(reason, credentialsMark(credentials));
    this.#refused = true;
    this.#pointlessUntil = clock.monotonic() + Math.min(forMs, POINTLESS_MS);
    metrics.parked.add(this.#labels());
    if (begins)
      logger.warn("LaunchDarkly refuses the events of the environment; they wait", { reason, forMs });
    return { kind: "parked", forMs };
  }

  async #split(payload: EventPayload, sampled: EventPayload, refusal: Refusal, turn: Turn): Promise<void> {
    const parts = await splitPayload(sampled, refusal.status);
    if (parts === undefined)
      return this.#dead(payload, { ...refusal, reason: `${refusal.reason}, and nothing to split` }, turn);
    await turn.ledger.replace(payload, parts);
    this.#parts.metrics.split.add(this.#labels());
    await this.#tryAll(parts, turn);
  }

  /** For a payload that was just tried in vain. */
  async #dead(
    payload: EventPayload,
    { reason, status, answer }: CauseOfDeath,
    { ledger }: Turn,
  ): Promise<void> {
    const { metrics, logger } = this.#parts;
    const cause = {
      reason,
      ...(status !== undefined && { status }),
      ...(answer !== undefined && { answer }),
    };
    await this.#own.bury({ ...payload, attempts: payload.attempts + 1 }, cause);
    ledger.settle(payload, { kind: "dead", reason });
    metrics.dead.add(this.#labels());
    logger.warn("events became a dead letter", {
      event: "events.dead",
      payload: payload.id,
      reason,
    });
  }

  #labels(): { environment: string } {
    return { environment: this.#environment.name };
  }
}
