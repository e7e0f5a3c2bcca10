import type { Redis } from "ioredis";
import type { Clock } from "../../../shared/base/clock.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { Metrics } from "../../../shared/base/metrics.ts";
import type { EnvironmentSource } from "../../../shared/environments/environment-source.ts";
import { PerEnvironment } from "../../../shared/environments/per-environment.ts";
import type { EventPayload, PayloadKind } from "../../../shared/queue/event-payload.ts";
import type { RedisState } from "../../../shared/redis/redis-state.ts";
import { EnvironmentIntake, type EnvironmentIntakeParts } from "./environment-intake.ts";
import { holdMetrics } from "./hold-metrics.ts";
import { type HoldLimits, HoldQuota } from "./hold-quota.ts";
import { QueueMeasuring } from "./queue-measuring.ts";
import { type QueueLimits, QueueQuota } from "./queue-quota.ts";

/** What may wait for Redis in all: some seconds of a busy fleet of SDKs, and far from what an edge cannot hold. */
const HOLD_LIMITS: HoldLimits = { payloads: 20_000, bytes: 64 * 1024 * 1024 };

/** What the queues of an edge need. */
export interface IntakeQueuesParts {
  readonly environments: EnvironmentSource;
  /** To the Redis of the events, with the purpose `command`; stays the caller's. */
  readonly connection: Redis;
  /** How that Redis does. */
  readonly state: RedisState;
  /** A connection to the Redis of the flags, which stays the caller's. */
  readonly flags: Redis;
  readonly limits: QueueLimits;
  /** `[Events] holdTime`. */
  readonly holdMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Only for tests. */
  readonly holdLimits?: HoldLimits;
}

/** The way from an edge into the queues of all environments, over one connection. */
export class IntakeQueues {
  readonly #connection: Redis;
  readonly #environments: PerEnvironment<EnvironmentIntake>;
  readonly #quota: QueueQuota;
  readonly #held: HoldQuota;
  readonly #measuring: QueueMeasuring;
  readonly #forgetConnection: () => void;

  /** Follows the environments; works as soon as Redis is there. */
  constructor(parts: IntakeQueuesParts) {
    const { environments, connection, limits, logger, clock } = parts;
    this.#connection = connection;
    this.#quota = new QueueQuota(limits);
    this.#held = new HoldQuota(parts.holdLimits ?? HOLD_LIMITS);
    let connectionError: Error | undefined;
    const shared: EnvironmentIntakeParts = {
      ...parts,
      connectionError: () => connectionError,
      held: this.#held,
      added: (id, bytes) => this.#quota.add(id, bytes),
    };
    this.#environments = new PerEnvironment(
      environments,
      {
        start: (environment) => new EnvironmentIntake(environment, shared),
        change: (intake, environment) => intake.change(environment),
        stop: (intake) => {
          this.#quota.forget(intake.environmentId);
          return intake.close();
        },
      },
      logger,
    );
    this.#measuring = new QueueMeasuring({
      queues: () => [...this.#environments].map((one) => [one.environmentId, one] as const),
      ...{ quota: this.#quota, logger, clock },
    });
    const failed = (error: Error): void => {
      connectionError = error;
    };
    const ready = (): void => {
      // A Redis that is there and takes no writes makes us connect anew each time: that is no reason to try at once.
      if (connectionError !== undefined) for (const one of this.#environments) one.wake();
      connectionError = undefined;
    };
    const firstReady = (): void => void this.#measuring.measure();
    connection.on("error", failed).on("ready", ready).once("ready", firstReady);
    if (connection.status === "ready") firstReady();
    this.#forgetConnection = () =>
      void connection.off("error", failed).off("ready", ready).off("ready", firstReady);
    holdMetrics(parts.metrics, this.#held);
  }

  /** As {@link EnvironmentIntake.keep}. */
  keep(environmentId: string, payload: EventPayload): Promise<void> {
    const environment = this.#environments.find(environmentId);
    return environment?.keep(payload) ?? Promise.reject(new Error("the environment was removed"));
  }

  /** Whether this environment's queue, or all queues together, have reached their limit. */
  isFull(environmentId: string): boolean {
    return this.#quota.isFull(environmentId);
  }

  /** Whether too many payloads of this kind are parked, so that no more are accepted. */
  isParkedFull(environmentId: string, kind: PayloadKind): boolean {
    return this.#quota.isParkedFull(environmentId, kind);
  }

  /** The environments of ours whose prefix another installation has claimed for its events, and what it calls them. */
  foreignClaims(): ReadonlyMap<string, string> {
    return new Map(
      [...this.#environments.entries()].flatMap(([{ name }, { claimedBy }]) =>
        claimedBy === undefined ? [] : [[name, claimedBy]],
      ),
    );
  }

  /** Whether Redis can be reached. */
  isConnected(): boolean {
    return this.#connection.status === "ready";
  }

  /** How much waits for Redis. */
  get held(): Pick<HoldQuota, "payloads" | "bytes"> {
    return this.#held;
  }

  /** What is held, and what still comes, has its answer within that time. */
  answerWithin(ms: number): void {
    for (const environment of this.#environments) environment.answerWithin(ms);
  }

  async close(): Promise<void> {
    await Promise.all([this.#environments.stop(), this.#measuring.stop()]);
    this.#forgetConnection();
  }
}
