import { withDeadline } from "../../shared/base/deadline.ts";
import { describeError } from "../../shared/base/errors.ts";
import type { Logger } from "../../shared/base/logger.ts";
import type { Environment } from "../../shared/model/environment.ts";
import { Batches } from "../../shared/queue/batches.ts";
import type { CauseOfDeath } from "../../shared/queue/dead-letter.ts";
import { DeadLetters } from "../../shared/queue/dead-letters.ts";
import { destinationStates, type Obstacle } from "../../shared/queue/destination-states.ts";
import { EventConsumer, type JobEnd } from "../../shared/queue/event-consumer.ts";
import type { JobContent } from "../../shared/queue/event-job.ts";
import type { EventPayload, PayloadKind } from "../../shared/queue/event-payload.ts";
import { EventQueue } from "../../shared/queue/event-queue.ts";
import type { HeldJob } from "../../shared/queue/held-job.ts";
import { ParkedPayloads } from "../../shared/queue/parked-payloads.ts";
import { Parking, type ParkingTimes } from "../../shared/queue/parking.ts";
import {
  type DestinationName,
  describeDestination,
  destinationName,
} from "../../shared/queue/payload-destinations.ts";
import { queueLoad } from "../../shared/queue/queue-load.ts";
import type { EventsPlace } from "../../shared/queue/queue-place.ts";
import type { RedisState } from "../../shared/redis/redis-state.ts";
import { Batching, type BatchingParts } from "./batching/batching.ts";
import type { Compression } from "./delivery/compression.ts";
import { Delivery } from "./delivery/delivery.ts";
import type { DeliveryParts } from "./delivery/payload-delivery.ts";
import { DestinationGate } from "./pacing/destination-gate.ts";
import { DestinationGates } from "./pacing/destination-gates.ts";
import type { EventsOutages } from "./pacing/events-outages.ts";
import { Semaphore } from "./pacing/semaphore.ts";
import type { QueueConnections } from "./queue-connections.ts";
import type { MeasuredQueue, QueueMeasures } from "./queue-metrics.ts";

/** What the deliveries of all environments share besides what deliveries do. */
export interface EnvironmentDeliveryParts {
  readonly connections: QueueConnections;
  /** How the Redis of the events does. */
  readonly redis: RedisState;
  readonly delivery: DeliveryParts;
  readonly batching: BatchingParts;
  readonly compression: Compression;
  readonly outages: EventsOutages;
  /** `[Events] maxBatchBytes`. */
  readonly maxBatchBytes: number;
  readonly parking: ParkingTimes;
  /** POSTs of one environment at a time. */
  readonly permits: number;
}

/** How long the measures of a queue may take to ask for. */
const MEASURE_MS = 1000;
/** How often to look at what nobody tells. */
const LOOK_EVERY_MS = 5000;
const SAY_PAUSE_EVERY_MS = 3600_000;
/** The part of an environment's POSTs that may be for one destination, so that a slow one leaves permits for others. */
const SHARE_OF_ONE_DESTINATION = 0.75;

/** What keeps payloads from one destination. */
export interface DestinationObstacle extends DestinationName, Obstacle {}

/** From one environment's queue to LaunchDarkly. */
export class EnvironmentDelivery implements MeasuredQueue {
  readonly environmentName: string;
  readonly #parts: EnvironmentDeliveryParts;
  readonly #logger: Logger;
  readonly #place: EventsPlace;
  readonly #queue: EventQueue;
  readonly #deadLetters: DeadLetters;
  readonly #parked: ParkedPayloads;
  readonly #gates: DestinationGates;
  readonly #batching: Batching;
  readonly #delivery: Delivery;
  readonly #consumer: EventConsumer;
  readonly #closing = new AbortController();
  #isPaused = false;
  #pauseSaidAt = Number.NEGATIVE_INFINITY;

  /** Begins to work at once. `place`: where the environment's events lie. */
  constructor(environment: Environment, place: EventsPlace, parts: EnvironmentDeliveryParts) {
    const { name } = environment;
    const { connections } = parts;
    const { clock } = parts.delivery;
    this.environmentName = name;
    this.#parts = parts;
    this.#logger = parts.delivery.logger.child({ environment: name }, environment.logLevel);
    this.#place = place;
    this.#queue = new EventQueue(connections.command, this.#place.queue, this.#logger);
    this.#deadLetters = new DeadLetters(connections.command, this.#place.deadLetters, this.#logger);
    this.#parked = new ParkedPayloads(connections.command, this.#queue);
    this.#gates = new DestinationGates(environment.credentials, (kind, fingerprint) =>
      this.#gate(kind, fingerprint),
    );
    const bury = (payload: EventPayload, cause: CauseOfDeath) => this.#bury(payload, cause);
    const batches = new Batches(connections.command, this.#queue, parts.maxBatchBytes);
    this.#batching = new Batching(environment, batches, bury, { ...parts.batching, logger: this.#logger });
    this.#delivery = new Delivery(
      environment,
      {
        bury,
        gates: this.#gates,
        parked: this.#parked,
        posts: new Semaphore(parts.permits),
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
    if (connections.command.status === "ready") void this.look();
    void this.#lookNowAndThen();
  }

  /** What keeps events from LaunchDarkly at the moment, as far as this forwarder knows. */
  get obstacles(): readonly DestinationObstacle[] {
    return [...this.#gates].flatMap(([kind, { obstacle }]) =>
      obstacle === undefined ? [] : [{ ...destinationName(kind), ...obstacle }],
    );
  }

  /** Whether the operator has paused the delivery, when Redis was last asked. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /**
   * Looks at what nobody tells: a pause, a parking for keys that are not ours, payloads that somebody parked and did not
   * live to have released. To be called whenever Redis is back. Never rejects.
   */
  async look(): Promise<void> {
    try {
      await this.#notePause(await this.#queue.isPaused());
      await this.#liftForeignParkings();
      await this.#parked.mend();
      for (const [, gate] of this.#gates) await gate.look();
      await this.#enforceBounds();
    } catch (error) {
      this.#logger.debug("looking at the queue of events", { error: describeError(error) });
    }
  }

  /** Goes on with another version of the environment. A new key ends its parkings, and all waiting for it. */
  async change(environment: Environment): Promise<void> {
    this.#delivery.use(environment);
    this.#batching.use(environment);
    await this.look();
  }

  /** How much there is in the queue; `undefined` while Redis does not say. */
  async measure(): Promise<QueueMeasures | undefined> {
    if (this.#parts.connections.command.status !== "ready") return undefined;
    try {
      return await withDeadline(this.#measure(), MEASURE_MS, "measuring the queue");
    } catch (error) {
      this.#logger.debug("cannot measure the queue", { error: describeError(error) });
      return undefined;
    }
  }

  /** Takes no more, and resolves when what is in hand has ended, `withinMs` at most. */
  async close(withinMs: number): Promise<void> {
    this.#closing.abort();
    await this.#consumer.close(withinMs);
    this.#gates.close();
    await this.#queue.close();
    await this.#deadLetters.close();
  }

  #gate(kind: PayloadKind, fingerprint: string): DestinationGate {
    const { connections, delivery, parking, permits } = this.#parts;
    const { clock, random, retry, stopping } = delivery;
    const destination = describeDestination(destinationName(kind));
    return new DestinationGate(fingerprint, {
      parking: new Parking(connections.command, this.#place.queue, kind, parking),
      times: parking,
      permits: Math.ceil(permits * SHARE_OF_ONE_DESTINATION),
      maxOpenMs: retry.maxDelayMs,
      stopping,
      service: this.#parts.outages.part(this.environmentName, destination),
      clock,
      random,
      logger: this.#logger.child({ destination }),
    });
  }

  async #liftForeignParkings(): Promise<void> {
    for (const [kind, gate] of this.#gates) if (await gate.liftForeign()) await this.#parked.hasten(kind);
  }

  /** Says it once, and again from time to time: a pause that nobody remembers costs events when they are too old. */
  async #notePause(isPaused: boolean): Promise<void> {
    const now = this.#parts.delivery.clock.monotonic();
    if (isPaused && now >= this.#pauseSaidAt + SAY_PAUSE_EVERY_MS) {
      this.#pauseSaidAt = now;
      this.#logger.warn("event delivery is paused by an operator: ld-relay events resume ends the pause", {
        event: "events.paused",
      });
    }
    if (this.#isPaused && !isPaused) {
      this.#pauseSaidAt = Number.NEGATIVE_INFINITY;
      this.#logger.info("event delivery has resumed", { event: "events.resumed" });
    }
    this.#isPaused = isPaused;
  }

  /** What must wait for others goes into a batch; the rest, and what came out of a batch, to LaunchDarkly. */
  async #process(content: JobContent, job: HeldJob): Promise<JobEnd> {
    if (content.kind === "release") return this.#delivery.release(content.of, job);
    const payloads = await this.#batching.direct(content, job);
    if (payloads.length === 0) return { kind: "done" };
    return this.#delivery.process(await this.#parts.compression.prepare(payloads, job), job);
  }

  async #measure(): Promise<QueueMeasures> {
    const { command } = this.#parts.connections;
    const [load, dead, destinations, paused] = await Promise.all([
      queueLoad(command, this.#place.queue),
      this.#deadLetters.count(),
      destinationStates(command, this.#place.queue),
      this.#queue.isPaused(),
    ]);
    return { ...load, dead, destinations, paused };
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
      if (this.#parts.connections.command.status === "ready") await this.look();
    }
  }

  async #enforceBounds(): Promise<void> {
    const removed = await this.#deadLetters.enforceBounds(this.#parts.delivery.clock.now());
    if (removed === 0) return;
    this.#parts.delivery.metrics.deadRemoved.add({ environment: this.environmentName }, removed);
    this.#logger.warn("removed the oldest dead letters, because there are too many or they are too old", {
      event: "events.dead_removed",
      removed,
    });
  }
}
