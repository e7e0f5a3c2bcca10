import { AsyncLocalStorage } from "node:async_hooks";
import type { Redis } from "ioredis";
import { Batching } from "../../../../services/forwarder/batching/batching.ts";
import { batchingMetrics } from "../../../../services/forwarder/batching/batching-metrics.ts";
import { Delivery } from "../../../../services/forwarder/delivery/delivery.ts";
import { deliveryMetrics } from "../../../../services/forwarder/delivery/delivery-metrics.ts";
import type { PostResult } from "../../../../services/forwarder/delivery/delivery-outcome.ts";
import { DestinationGate } from "../../../../services/forwarder/pacing/destination-gate.ts";
import { DestinationGates } from "../../../../services/forwarder/pacing/destination-gates.ts";
import { Semaphore } from "../../../../services/forwarder/pacing/semaphore.ts";
import { systemClock } from "../../../../shared/base/clock.ts";
import type { RedisSettings } from "../../../../shared/config/redis-settings.ts";
import type { Environment } from "../../../../shared/model/environment.ts";
import { type Batch, type BatchEntry, type BatchedJob, Batches } from "../../../../shared/queue/batches.ts";
import { DeadLetters } from "../../../../shared/queue/dead-letters.ts";
import { EventConsumer, type JobEnd } from "../../../../shared/queue/event-consumer.ts";
import type { JobContent } from "../../../../shared/queue/event-job.ts";
import type { EventPayload, PayloadKind } from "../../../../shared/queue/event-payload.ts";
import { EventQueue } from "../../../../shared/queue/event-queue.ts";
import type { HeldJob } from "../../../../shared/queue/held-job.ts";
import { ParkedPayloads, type TakenPayloads } from "../../../../shared/queue/parked-payloads.ts";
import { Parking } from "../../../../shared/queue/parking.ts";
import { eventsPlace } from "../../../../shared/queue/queue-place.ts";
import { connectRedis } from "../../../../shared/redis/connect.ts";
import { ignoredOutages } from "../../../support/ignored-outages.ts";
import { RecordedLog, RecordedMetrics, until } from "../../../support/recorded.ts";
import { ignoredReports, redisState } from "../../../support/redis-reports.ts";

/** The steps of a job, between any two of which a forwarder may die. */
export const STEPS = [
  "divide",
  "append",
  "schedule",
  "close",
  "settle",
  "deliver",
  "post",
  "park",
  "take",
  "schedule release",
] as const;
export type Moment = `${"before" | "after"} ${(typeof STEPS)[number]}`;

/** What happens at a moment; `stall`: as if the process had been stopped for longer than its lock lasts. */
export type Fate = "live" | "die" | "stall";

export interface MortalSettings {
  readonly merge: boolean;
  readonly maxBatchBytes: number;
  readonly post: (payload: EventPayload) => PostResult;
  readonly fate: (moment: Moment) => Fate;
}

const LOCK_MS = 600;
const PARKING_MS = 100;
/** What gates have for trouble other than refusals; here there is none. */
const WELL = {
  permits: 10,
  maxOpenMs: 1000,
  stopping: new AbortController().signal,
  random: () => 0,
};

/** One environment's line of a forwarder, of the real parts, which can die or be stopped between any two steps. */
export class MortalForwarder {
  readonly #settings: MortalSettings;
  readonly #command: Redis;
  readonly #consumerConnection: Redis;
  readonly #consumer: EventConsumer;
  readonly #queue: EventQueue;
  readonly #log = new RecordedLog();
  readonly #job = new AsyncLocalStorage<HeldJob>();
  #alive = true;
  #inHand = 0;

  constructor(redis: RedisSettings, environment: Environment, settings: MortalSettings) {
    this.#settings = settings;
    this.#command = connectRedis(redis, "command", redisState(redis, this.#log));
    this.#consumerConnection = connectRedis(redis, "consumer", redisState(redis, this.#log));
    const place = eventsPlace(environment.prefix, "us");
    this.#queue = new EventQueue(this.#command, place.queue, this.#log);
    const metrics = new RecordedMetrics();
    const deadLetters = new DeadLetters(this.#command, place.deadLetters, this.#log);
    const bury = deadLetters.add.bind(deadLetters);
    const shared = { logger: this.#log, clock: systemClock };
    const batches = new MortalBatches(this.#command, this.#queue, settings.maxBatchBytes, this);
    const batching = new Batching(environment, batches, bury, {
      ...{ merge: settings.merge, flushIntervalMs: 50, capacity: 1000, userAgent: "LDRelay/test" },
      flags: this.#command,
      metrics: batchingMetrics(metrics),
      ...shared,
    });
    const times = { firstMs: PARKING_MS, maxMs: PARKING_MS, probeMs: 3 * LOCK_MS };
    const gates = new DestinationGates(environment.credentials, (kind, mark) => {
      const parking = new Parking(this.#command, place.queue, kind, times);
      return new DestinationGate(mark, { ...shared, ...WELL, service: ignoredOutages, parking, times });
    });
    const parked = new MortalParkedPayloads(this.#command, this.#queue, this);
    const own = { bury, gates, parked, posts: new Semaphore(10) };
    const delivery = new Delivery(environment, own, {
      post: (payload) => this.step("post", async () => settings.post(payload)),
      posts: new Semaphore(10),
      samplingInterval: 0,
      retry: { maxAgeMs: 3600_000, maxDelayMs: 1000 },
      stopping: new AbortController().signal,
      metrics: deliveryMetrics(metrics),
      // Full jitter at its best: a retry comes at once.
      random: () => 0.999,
      ...shared,
    });
    const work = async (content: JobContent, job: HeldJob): Promise<JobEnd> => {
      this.#inHand += 1;
      try {
        return await this.#job.run(job, async () => {
          if (content.kind === "release") return delivery.release(content.of, job);
          const direct = await this.step("divide", () => batching.direct(content, job));
          return this.step("deliver", () => delivery.process(direct, job));
        });
      } finally {
        this.#inHand -= 1;
      }
    };
    const connection = this.#consumerConnection;
    this.#consumer = new EventConsumer(
      connection,
      place.queue,
      work,
      ignoredReports,
      systemClock,
      this.#log,
      LOCK_MS,
    );
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Whether nothing is left that this forwarder might still do with a job. */
  get idle(): boolean {
    return this.#inHand === 0;
  }

  /** Does the step, unless fate has it otherwise: who dies answers to nobody any more. */
  async step<T>(name: (typeof STEPS)[number], act: () => Promise<T>): Promise<T> {
    await this.#meet(`before ${name}`);
    const result = await act();
    await this.#meet(`after ${name}`);
    return result;
  }

  /** Ends everything at once, finishing nothing. */
  async kill(): Promise<void> {
    this.#alive = false;
    this.#command.disconnect();
    this.#consumerConnection.disconnect();
    await until("the connections have ended", () => this.#consumerConnection.status === "end");
    await this.#consumer.close(1000);
  }

  async #meet(moment: Moment): Promise<void> {
    const job = this.#job.getStore();
    const fate = this.#alive ? this.#settings.fate(moment) : "die";
    if (fate === "stall" && job !== undefined) await this.#stall(job);
    if (fate !== "die") return;
    if (this.#alive) void this.kill();
    await new Promise(() => undefined);
  }

  /** Lets the lock go, and goes on only once another has had time to take the job, and to finish it. */
  async #stall(job: HeldJob): Promise<void> {
    await this.#command.del(job.lockKey);
    await new Promise((resolve) => setTimeout(resolve, 3 * LOCK_MS));
  }
}

class MortalBatches extends Batches {
  readonly #forwarder: MortalForwarder;

  constructor(connection: Redis, queue: EventQueue, maxBytes: number, forwarder: MortalForwarder) {
    super(connection, queue, maxBytes);
    this.#forwarder = forwarder;
  }

  override append(job: BatchedJob, entries: readonly BatchEntry[]): Promise<readonly string[]> {
    return this.#forwarder.step("append", () => super.append(job, entries));
  }

  override scheduleFlush(job: BatchedJob, generation: string, delayMs: number): Promise<void> {
    return this.#forwarder.step("schedule", () => super.scheduleFlush(job, generation, delayMs));
  }

  override close(job: BatchedJob, generation: string): Promise<Batch | undefined> {
    return this.#forwarder.step("close", () => super.close(job, generation));
  }

  override settle(job: BatchedJob, generation: string, payloads: readonly EventPayload[]): Promise<void> {
    return this.#forwarder.step("settle", () => super.settle(job, generation, payloads));
  }
}

class MortalParkedPayloads extends ParkedPayloads {
  readonly #forwarder: MortalForwarder;

  constructor(connection: Redis, queue: EventQueue, forwarder: MortalForwarder) {
    super(connection, queue);
    this.#forwarder = forwarder;
  }

  override park(...args: Parameters<ParkedPayloads["park"]>): Promise<ReadonlyMap<PayloadKind, string>> {
    return this.#forwarder.step("park", () => super.park(...args));
  }

  override take(...args: Parameters<ParkedPayloads["take"]>): Promise<TakenPayloads> {
    return this.#forwarder.step("take", () => super.take(...args));
  }

  override schedule(...args: Parameters<ParkedPayloads["schedule"]>): Promise<void> {
    return this.#forwarder.step("schedule release", () => super.schedule(...args));
  }
}
