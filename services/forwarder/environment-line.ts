import { isDeepStrictEqual } from "node:util";
import type { Redis } from "ioredis";
import { withDeadline } from "../../shared/base/deadline.ts";
import { describeError } from "../../shared/base/errors.ts";
import type { Logger } from "../../shared/base/logger.ts";
import type { Environment } from "../../shared/model/environment.ts";
import { type CauseOfDeath, DeadLetters } from "../../shared/queue/dead-letters.ts";
import { EventConsumer } from "../../shared/queue/event-consumer.ts";
import type { EventPayload } from "../../shared/queue/event-job.ts";
import { EventQueue, type QueueDepth } from "../../shared/queue/event-queue.ts";
import { Delivery, type DeliveryParts } from "./delivery.ts";
import type { MeasuredQueue } from "./queue-metrics.ts";

/** The two connections that all lines of a forwarder share; they stay the forwarder's. */
interface LineConnections {
  readonly command: Redis;
  readonly consumer: Redis;
}

/** How long the queue's depth may take to ask for. */
const DEPTH_MS = 1000;

/** From one environment's queue to LaunchDarkly. */
export class EnvironmentLine implements MeasuredQueue {
  readonly environmentName: string;
  readonly #logger: Logger;
  readonly #command: Redis;
  readonly #queue: EventQueue;
  readonly #deadLetters: DeadLetters;
  readonly #delivery: Delivery;
  readonly #consumer: EventConsumer;

  /** Begins to work at once. */
  constructor(environment: Environment, connections: LineConnections, parts: DeliveryParts) {
    const { id, name } = environment;
    this.environmentName = name;
    this.#logger = parts.logger.child({ environment: name }, environment.logLevel);
    this.#command = connections.command;
    this.#queue = new EventQueue(connections.command, id, this.#logger);
    this.#deadLetters = new DeadLetters(connections.command, id, this.#logger);
    this.#delivery = new Delivery(environment, (payload, cause) => this.#bury(payload, cause), {
      ...parts,
      logger: this.#logger,
    });
    this.#consumer = new EventConsumer(
      connections.consumer,
      id,
      this.#queue,
      (payloads) => this.#delivery.process(payloads),
      this.#logger,
    );
  }

  /** Goes on with another version of the environment; new keys end a parking. */
  async change(environment: Environment, previous: Environment): Promise<void> {
    this.#delivery.use(environment);
    if (isDeepStrictEqual(environment.credentials, previous.credentials)) return;
    try {
      await this.#queue.unpark();
    } catch (error) {
      // It ends by itself in at most a quarter of an hour.
      this.#logger.warn("the queue could not be told of new keys", { error: describeError(error) });
    }
  }

  /** How deep the queue is; `undefined` while Redis does not say. */
  async depth(): Promise<QueueDepth | undefined> {
    if (this.#command.status !== "ready") return undefined;
    try {
      return await withDeadline(this.#queue.depth(), DEPTH_MS, "asking for the depth of the queue");
    } catch (error) {
      this.#logger.debug("the depth of the queue is unknown", { error: describeError(error) });
      return undefined;
    }
  }

  /** Takes no more, and resolves when what is in hand has ended, `withinMs` at most. */
  async close(withinMs: number): Promise<void> {
    await this.#consumer.close(withinMs);
    await this.#queue.close();
    await this.#deadLetters.close();
  }

  async #bury(payload: EventPayload, cause: CauseOfDeath): Promise<void> {
    await this.#deadLetters.add(payload, cause);
    const removed = await this.#deadLetters.enforceBounds();
    if (removed > 0) this.#logger.warn("the oldest dead letters were removed", { removed });
  }
}
