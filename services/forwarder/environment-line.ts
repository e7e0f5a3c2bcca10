import { withDeadline } from "../../shared/base/deadline.ts";
import { describeError } from "../../shared/base/errors.ts";
import type { Logger } from "../../shared/base/logger.ts";
import type { Environment } from "../../shared/model/environment.ts";
import { Batches } from "../../shared/queue/batches.ts";
import type { CauseOfDeath } from "../../shared/queue/dead-letter.ts";
import { DeadLetters } from "../../shared/queue/dead-letters.ts";
import { EventConsumer, type JobEnd } from "../../shared/queue/event-consumer.ts";
import type { EventPayload, JobContent } from "../../shared/queue/event-job.ts";
import { EventQueue } from "../../shared/queue/event-queue.ts";
import type { HeldJob } from "../../shared/queue/held-job.ts";
import { Parking, type ParkingTimes } from "../../shared/queue/parking.ts";
import { queueLoad } from "../../shared/queue/queue-load.ts";
import type { EventsPlace } from "../../shared/queue/queue-place.ts";
import type { RedisState } from "../../shared/redis/redis-state.ts";
import { Batching, type BatchingParts } from "./batching/batching.ts";
import { Circuit } from "./circuit.ts";
import type { Compression } from "./compression.ts";
import { credentialsMark } from "./credentials-mark.ts";
import { Delivery, type DeliveryParts } from "./delivery.ts";
import { Probation } from "./probation.ts";
import type { QueueConnections } from "./queue-connections.ts";
import type { MeasuredQueue, QueueMeasures } from "./queue-metrics.ts";

/** What the lines of a forwarder share besides what deliveries do. */
export interface LineParts {
  readonly connections: QueueConnections;
  /** How the Redis of the events does. */
  readonly redis: RedisState;
  readonly delivery: DeliveryParts;
  readonly batching: BatchingParts;
  readonly compression: Compression;
  /** `[Events] maxBatchBytes`. */
  readonly maxBatchBytes: number;
  readonly parking: ParkingTimes;
  /** POSTs of one environment at a time. */
  readonly places: number;
}

/** How long the measures of a queue may take to ask for. */
const MEASURE_MS = 1000;
/** How often to look at what nobody tells: letters that grow old, a parking by a forwarder with older keys. */
const LOOK_EVERY_MS = 30_000;

/** From one environment's queue to LaunchDarkly. */
export class EnvironmentLine implements MeasuredQueue {
  readonly environmentName: string;
  readonly #parts: LineParts;
  readonly #logger: Logger;
  readonly #place: EventsPlace;
  readonly #queue: EventQueue;
  readonly #deadLetters: DeadLetters;
  readonly #parking: Parking;
  readonly #circuit: Circuit;
  readonly #batching: Batching;
  readonly #delivery: Delivery;
  readonly #consumer: EventConsumer;
  readonly #closing = new AbortController();
  #environment: Environment;

  /** Begins to work at once. `place`: where the environment's events lie. */
  constructor(environment: Environment, place: EventsPlace, parts: LineParts) {
    const { name } = environment;
    const { connections, parking, places } = parts;
    const { clock, random, retry, stopping } = parts.delivery;
    this.environmentName = name;
    this.#environment = environment;
    this.#parts = parts;
    this.#logger = parts.delivery.logger.child({ environment: name }, environment.logLevel);
    this.#place = place;
    this.#queue = new EventQueue(connections.command, this.#place.queue, this.#logger);
    this.#deadLetters = new DeadLetters(connections.command, this.#place.deadLetters, this.#logger);
    this.#parking = new Parking(connections.command, this.#place.queue, parking);
    this.#circuit = new Circuit({
      places,
      maxRestMs: retry.maxDelayMs,
      stopping,
      changed: (open) => this.#circuitChanged(open),
      clock,
      random,
    });
    const bury = (payload: EventPayload, cause: CauseOfDeath) => this.#bury(payload, cause);
    const batches = new Batches(connections.command, this.#queue, parts.maxBatchBytes);
    this.#batching = new Batching(environment, batches, bury, { ...parts.batching, logger: this.#logger });
    this.#delivery = new Delivery(
      environment,
      {
        bury,
        circuit: this.#circuit,
        probation: new Probation(this.#parking, parking.firstMs, stopping, clock),
        parking: this.#parking,
      },
      { ...parts.delivery, logger: this.#logger },
    );
    this.#consumer = new EventConsumer(
      connections.consumer,
      this.#place.queue,
      (content, job) => this.#process(content, job),
      parts.redis.reports(name),
      clock,
      this.#logger,
    );
    if (connections.command.status === "ready") void this.liftForeignParking();
    void this.#lookNowAndThen();
  }

  /** What keeps events from LaunchDarkly at the moment, as far as this forwarder has seen. */
  get trouble(): "refused" | "unreachable" | undefined {
    if (this.#delivery.isRefused) return "refused";
    return this.#circuit.isOpen ? "unreachable" : undefined;
  }

  /** Lets a queue go on that rests because of keys which are not ours. To be called whenever Redis is back. */
  liftForeignParking(): Promise<void> {
    return this.#tellQueue(async () => {
      const lifted = await this.#parking.liftIfOther(credentialsMark(this.#environment.credentials));
      if (lifted) await this.#queue.hasten();
    });
  }

  /** Goes on with another version of the environment. New keys end a parking, and all waiting for them. */
  async change(environment: Environment): Promise<void> {
    const before = credentialsMark(this.#environment.credentials);
    const mark = credentialsMark(environment.credentials);
    this.#environment = environment;
    this.#delivery.use(environment);
    this.#batching.use(environment);
    if (mark === before) return;
    await this.#tellQueue(async () => {
      await this.#parking.liftIfOther(mark);
      await this.#queue.hasten();
    });
  }

  /** How much there is in the queue; `undefined` while Redis does not say. */
  async measure(): Promise<QueueMeasures | undefined> {
    if (this.#parts.connections.command.status !== "ready") return undefined;
    try {
      return await withDeadline(this.#measure(), MEASURE_MS, "asking what is in the queue");
    } catch (error) {
      this.#logger.debug("it is unknown what is in the queue", { error: describeError(error) });
      return undefined;
    }
  }

  /** Takes no more, and resolves when what is in hand has ended, `withinMs` at most. */
  async close(withinMs: number): Promise<void> {
    this.#closing.abort();
    this.#circuit.close();
    await this.#consumer.close(withinMs);
    await this.#queue.close();
    await this.#deadLetters.close();
  }

  async #tellQueue(ofNewKeys: () => Promise<void>): Promise<void> {
    try {
      await ofNewKeys();
    } catch (error) {
      // All waiting ends by itself in a while.
      this.#logger.warn("the queue could not be told of new keys", { error: describeError(error) });
    }
  }

  /** What must wait for others goes into a batch; the rest, and what came out of a batch, to LaunchDarkly. */
  async #process(content: JobContent, job: HeldJob): Promise<JobEnd> {
    const payloads = await this.#batching.direct(content, job);
    if (payloads.length === 0) return { kind: "done" };
    return this.#delivery.process(await this.#parts.compression.prepare(payloads, job), job);
  }

  async #measure(): Promise<QueueMeasures> {
    const [load, dead] = await Promise.all([
      queueLoad(this.#parts.connections.command, this.#place.queue),
      this.#deadLetters.count(),
    ]);
    return { ...load, dead };
  }

  /** While nothing can be delivered, one job in hand is enough to find out when that changes. */
  #circuitChanged(open: boolean): void {
    this.#consumer.narrow(open);
    if (open) this.#logger.warn("LaunchDarkly takes no events at the moment; they wait");
    else this.#logger.info("LaunchDarkly takes events again");
  }

  async #bury(payload: EventPayload, cause: CauseOfDeath): Promise<void> {
    await this.#deadLetters.add(payload, cause);
    await this.#enforceBounds();
  }

  async #lookNowAndThen(): Promise<void> {
    const { clock } = this.#parts.delivery;
    for (;;) {
      await clock.sleep(LOOK_EVERY_MS, this.#closing.signal);
      if (this.#closing.signal.aborted) return;
      if (this.#parts.connections.command.status !== "ready") continue;
      await this.liftForeignParking();
      try {
        await this.#enforceBounds();
      } catch (error) {
        this.#logger.debug("the bounds of dead letters were not looked at", { error: describeError(error) });
      }
    }
  }

  async #enforceBounds(): Promise<void> {
    const removed = await this.#deadLetters.enforceBounds(this.#parts.delivery.clock.now());
    if (removed === 0) return;
    this.#parts.delivery.metrics.deadRemoved.add({ environment: this.environmentName }, removed);
    this.#logger.warn("the oldest dead letters were removed", { removed });
  }
}
