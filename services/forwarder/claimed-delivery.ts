import { withDeadline } from "../../shared/base/deadline.ts";
import { describeError } from "../../shared/base/errors.ts";
import type { Logger } from "../../shared/base/logger.ts";
import type { Environment } from "../../shared/model/environment.ts";
import { describeDestination } from "../../shared/queue/payload-destinations.ts";
import { ForeignClaimError, QueueClaim } from "../../shared/queue/queue-claim.ts";
import { queueKey } from "../../shared/queue/queue-place.ts";
import { learnedId } from "../../shared/redis/learned-id.ts";
import type { RedisReports } from "../../shared/redis/redis-state.ts";
import { EnvironmentDelivery, type EnvironmentDeliveryParts } from "./environment-delivery.ts";
import type { MeasuredQueue, QueueMeasures } from "./queue-metrics.ts";

/** How often to look whose the events are. */
const LOOK_EVERY_MS = 1000;
/** How often to try while Redis is not there yet, which mostly is a matter of milliseconds. */
const FIRST_LOOK_EVERY_MS = 50;

/**
 * The delivery of one environment as long as its prefix is claimed by us: opened at the place to which the claim leads,
 * and closed when another installation has taken it over. What is in hand then is still finished: it is ours.
 */
export class ClaimedDelivery implements MeasuredQueue {
  readonly environmentName: string;
  readonly #parts: EnvironmentDeliveryParts;
  readonly #logger: Logger;
  readonly #claim: QueueClaim;
  readonly #reports: RedisReports;
  readonly #closeMs: number;
  readonly #closing = new AbortController();
  readonly #looking: Promise<void>;
  #environment: Environment;
  #open: { readonly key: string; readonly delivery: EnvironmentDelivery } | undefined;

  /** Begins to look at once; `closeMs` is how long closing a delivery that is not ours any more may take. */
  constructor(environment: Environment, parts: EnvironmentDeliveryParts, closeMs: number) {
    const { logger } = parts.delivery;
    const { command } = parts.connections;
    this.environmentName = environment.name;
    this.#environment = environment;
    this.#parts = parts;
    this.#logger = logger.child({ environment: environment.name }, environment.logLevel);
    const { flags } = parts.batching;
    this.#claim = new QueueClaim(
      command,
      environment,
      (mine) => learnedId(flags, environment.prefix, mine),
      logger,
    );
    this.#reports = parts.redis.reports(environment.name);
    this.#closeMs = closeMs;
    this.#looking = this.#lookNowAndThen();
  }

  /** What keeps events from LaunchDarkly at the moment, as far as this forwarder knows. */
  get obstacles(): EnvironmentDelivery["obstacles"] {
    return this.#open?.delivery.obstacles ?? [];
  }

  /** The same in words; `undefined` if nothing does. */
  get trouble(): string | undefined {
    const told = this.obstacles.map(
      ({ state, reason, ...at }) => `${state}: ${describeDestination(at)}: ${reason}`,
    );
    return told.length === 0 ? undefined : told.join("; ");
  }

  /** Whether the operator has paused the delivery, when Redis was last asked. */
  get isPaused(): boolean {
    return this.#open?.delivery.isPaused ?? false;
  }

  /** What another installation, which has claimed our prefix, calls the environment; `undefined` if none has. */
  get claimedBy(): string | undefined {
    return this.#claim.foreign?.name;
  }

  /** Looks at what nobody tells. To be called whenever Redis is back. Never rejects. */
  async look(): Promise<void> {
    await this.#open?.delivery.look();
  }

  /** Goes on with another version of the environment. */
  async change(environment: Environment): Promise<void> {
    this.#environment = environment;
    this.#claim.change(environment);
    await this.#open?.delivery.change(environment);
  }

  /** How much there is in the queue; `undefined` while Redis does not say, or it is another's. */
  async measure(): Promise<QueueMeasures | undefined> {
    return this.#open?.delivery.measure();
  }

  /** Takes no more, and resolves when what is in hand has ended, `withinMs` at most. */
  async close(withinMs: number): Promise<void> {
    this.#closing.abort();
    this.#reports.leave();
    const open = this.#open;
    // A look may open one more delivery while this waits for it.
    await Promise.all([
      open?.delivery.close(withinMs),
      withDeadline(this.#looking, withinMs, "the last look"),
    ]);
    if (this.#open !== open) await this.#open?.delivery.close(withinMs);
  }

  async #lookNowAndThen(): Promise<void> {
    const { clock } = this.#parts.delivery;
    const { command } = this.#parts.connections;
    let looked = false;
    while (!this.#closing.signal.aborted) {
      if (command.status === "ready") {
        looked = true;
        await this.#look();
      }
      await clock.sleep(looked ? LOOK_EVERY_MS : FIRST_LOOK_EVERY_MS, this.#closing.signal);
    }
  }

  /** While Redis does not answer the delivery goes on: that says nothing about whose the events are. */
  async #look(): Promise<void> {
    try {
      const place = await this.#claim.look();
      this.#reports.answered();
      const key = queueKey(place.queue, "");
      if (this.#open?.key === key || this.#closing.signal.aborted) return;
      await this.#leave();
      this.#open = { key, delivery: new EnvironmentDelivery(this.#environment, place, this.#parts) };
    } catch (error) {
      if (error instanceof ForeignClaimError) {
        this.#reports.answered();
        return this.#leave();
      }
      this.#reports.failed(error);
      this.#logger.debug("cannot read the claim on the events", { error: describeError(error) });
    }
  }

  async #leave(): Promise<void> {
    const { delivery } = this.#open ?? {};
    this.#open = undefined;
    try {
      await delivery?.close(this.#closeMs);
    } catch (error) {
      this.#logger.error("cannot stop delivery for an environment", {
        event: "environment.stop_failed",
        error: describeError(error),
      });
    }
  }
}
