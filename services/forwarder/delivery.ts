import type { Clock } from "../../shared/base/clock.ts";
import type { Logger } from "../../shared/base/logger.ts";
import type { Random } from "../../shared/base/random.ts";
import type { Credentials } from "../../shared/model/credentials.ts";
import type { Environment } from "../../shared/model/environment.ts";
import type { CauseOfDeath } from "../../shared/queue/dead-letters.ts";
import type { JobEnd } from "../../shared/queue/event-consumer.ts";
import type { EventPayload } from "../../shared/queue/event-job.ts";
import type { DeliveryMetrics } from "./delivery-metrics.ts";
import { deliveryOutcome, type PostResult } from "./delivery-outcome.ts";
import { jobEnd, type PayloadEnd } from "./job-end.ts";
import { sample } from "./sampling.ts";
import type { Semaphore } from "./semaphore.ts";

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
  /** Aborts when what is in hand shall end; what was not delivered by then is left for later. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
  readonly metrics: DeliveryMetrics;
  readonly clock: Clock;
  readonly random: Random;
}

/** Writes a dead letter; resolves once it is safe. */
type Bury = (payload: EventPayload, cause: CauseOfDeath) => Promise<void>;

/** Delivers the jobs of one environment. */
export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #bury: Bury;
  #environment: Environment;
  /** The last answer parked the queue: let one payload find out whether that has changed. */
  #suspicious = false;

  constructor(environment: Environment, bury: Bury, parts: DeliveryParts) {
    this.#environment = environment;
    this.#bury = bury;
    this.#parts = parts;
  }

  /** From now on payloads go out under this version of the environment, with its keys. */
  use(environment: Environment): void {
    this.#environment = environment;
  }

  /** Tries each payload once; resolves with what is left of the job. Rejects if a dead letter is not written. */
  async process(payloads: readonly EventPayload[]): Promise<JobEnd> {
    const ends: PayloadEnd[] = [];
    const alone = this.#suspicious ? payloads.slice(0, 1) : [];
    for (const payload of alone) ends.push(await this.#try(payload));
    let parked = ends.some(({ outcome }) => outcome.kind === "parked");
    const tryUnlessParked = async (payload: EventPayload): Promise<PayloadEnd> => {
      const end = await this.#try(payload, () => parked);
      parked ||= end.outcome.kind === "parked";
      return end;
    };
    ends.push(...(await Promise.all(payloads.slice(alone.length).map(tryUnlessParked))));
    return jobEnd(ends);
  }

  async #try(payload: EventPayload, givenUp = () => false): Promise<PayloadEnd> {
    const { posts, samplingInterval, stopping } = this.#parts;
    const sampled = await sample(payload, samplingInterval);
    const result = await posts.run(async () =>
      givenUp() || stopping.aborted
        ? undefined
        : sampled === undefined
          ? ({ kind: "answered", status: 202 } as const)
          : await this.#post(sampled),
    );
    // A POST that our own stop broke off says nothing about the payload.
    if (result === undefined || (result.kind === "failed" && stopping.aborted))
      return { payload, outcome: { kind: "untried" } };
    return this.#settle(payload, result);
  }

  async #post(payload: EventPayload): Promise<PostResult> {
    const { post, metrics, clock, stopping } = this.#parts;
    const started = clock.monotonic();
    const result = await post(payload, this.#environment.credentials, stopping);
    metrics.postSeconds.observe(this.#labels(), (clock.monotonic() - started) / 1000);
    return result;
  }

  async #settle(payload: EventPayload, result: PostResult): Promise<PayloadEnd> {
    const { clock, random, metrics, logger } = this.#parts;
    const outcome = deliveryOutcome(result, {
      attempt: payload.attempts + 1,
      acceptedAt: payload.acceptedAt,
      now: clock.now(),
      random,
    });
    if (outcome.kind === "parked" && !this.#suspicious)
      logger.warn("LaunchDarkly refuses the events of the environment; they wait", {
        reason: outcome.reason,
      });
    this.#suspicious = outcome.kind === "parked";
    switch (outcome.kind) {
      case "delivered":
        metrics.delivered.add(this.#labels());
        break;
      case "again":
      case "parked":
        metrics.retried.add(this.#labels());
        logger.debug("events are tried again later", { payload: payload.id, reason: outcome.reason });
        break;
      case "dead":
        await this.#bury(payload, outcome);
        metrics.dead.add(this.#labels());
        logger.warn("events became a dead letter", { payload: payload.id, reason: outcome.reason });
        break;
    }
    return { payload, outcome };
  }

  #labels(): { environment: string } {
    return { environment: this.#environment.name };
  }
}
