import type { Redis } from "ioredis";
import type { Clock } from "../../../shared/base/clock.ts";
import { describeError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { Metrics } from "../../../shared/base/metrics.ts";
import type { RedisSettings } from "../../../shared/config/redis-settings.ts";
import type { EnvironmentSource } from "../../../shared/environments/environment-source.ts";
import { PerEnvironment } from "../../../shared/environments/per-environment.ts";
import type { Claim } from "../../../shared/model/claim.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { ClaimedQueue, type QueueSize } from "../../../shared/queue/claimed-queue.ts";
import type { EventPayload, PayloadKind } from "../../../shared/queue/event-payload.ts";
import type { AddOptions } from "../../../shared/queue/event-queue.ts";
import { ForeignClaimError, QueueClaim } from "../../../shared/queue/queue-claim.ts";
import { connectRedis } from "../../../shared/redis/connect.ts";
import { learnedId } from "../../../shared/redis/learned-id.ts";
import type { RedisReports, RedisState } from "../../../shared/redis/redis-state.ts";
import { GroupCommit } from "./group-commit.ts";
import { type HoldLimits, HoldQuota } from "./hold-quota.ts";
import { type QueueLimits, QueueQuota } from "./queue-quota.ts";
import { mayPass, storeFailure } from "./store-failure.ts";

/** How often the sizes of the queues are looked at. */
const MEASURE_EVERY_MS = 1000;

/** What may wait for Redis in all: some seconds of a busy fleet of SDKs, and far from what an edge cannot hold. */
const HOLD_LIMITS: HoldLimits = { payloads: 20_000, bytes: 64 * 1024 * 1024 };
/** How much longer than it is held a job's id is remembered: the answer to its last try may still be under way. */
const ONCE_LONGER_MS = 5000;

/** What the queues of an edge need. */
export interface IntakeQueuesParts {
  readonly environments: EnvironmentSource;
  /** The Redis of the events. */
  readonly redis: RedisSettings;
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
  /** Both only for tests. */
  readonly holdLimits?: HoldLimits;
  readonly measureEveryMs?: number;
}

interface Line {
  readonly claim: QueueClaim;
  readonly queue: ClaimedQueue;
  readonly commit: GroupCommit;
  readonly reports: RedisReports;
}

/** The way from an edge into the queues of all environments, over one connection. */
export class IntakeQueues {
  readonly #redis: Redis;
  readonly #lines: PerEnvironment<Line>;
  readonly #quota: QueueQuota;
  readonly #held: HoldQuota;
  readonly #onceForMs: number | undefined;
  /** Why there is no connection. */
  #connectionError: Error | undefined;
  readonly #logger: Logger;
  readonly #measureEveryMs: number;
  readonly #measuring: NodeJS.Timeout;
  #measurement: Promise<void> | undefined;

  /** Opens the connection and follows the environments; works as soon as Redis is there. */
  constructor(parts: IntakeQueuesParts) {
    const { environments, redis, state, limits, holdMs, logger, measureEveryMs = MEASURE_EVERY_MS } = parts;
    this.#redis = connectRedis(redis, "command", state);
    this.#quota = new QueueQuota(limits);
    this.#held = new HoldQuota(parts.holdLimits ?? HOLD_LIMITS);
    this.#onceForMs = holdMs === 0 ? undefined : holdMs + ONCE_LONGER_MS;
    this.#logger = logger;
    this.#measureEveryMs = measureEveryMs;
    this.#lines = new PerEnvironment<Line>(
      environments,
      {
        start: (environment) => this.#open(environment, parts),
        change: ({ claim }, environment) => claim.change(environment),
        stop: ({ reports, commit, queue }) => {
          reports.leave();
          commit.answerWithin(0);
          return queue.close();
        },
      },
      logger,
    );
    this.#measuring = setInterval(() => {
      this.#measurement ??= this.#measure();
    }, measureEveryMs);
    this.#redis.once("ready", () => {
      this.#measurement ??= this.#measure();
    });
    this.#redis.on("error", (error) => {
      this.#connectionError = error;
    });
    this.#redis.on("ready", () => {
      // A Redis that is there and takes no writes makes us connect anew each time: that is no reason to try at once.
      if (this.#connectionError !== undefined) for (const { commit } of this.#lines) commit.wake();
      this.#connectionError = undefined;
    });
    reportHeld(parts.metrics, this.#held);
  }

  /**
   * Resolves once Redis has the payload; rejects if it has not within `holdMs`, or a second, whichever is longer. It
   * rejects at once if waiting does not help, and with a `CongestedError` if too much waits already.
   */
  keep(environmentId: string, payload: EventPayload): Promise<void> {
    const line = this.#lines.find(environmentId);
    return line?.commit.add(payload) ?? Promise.reject(new Error("the environment was removed"));
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
      [...this.#lines.entries()].flatMap(([{ name }, { claim }]) =>
        claim.foreign ? [[name, claim.foreign.name]] : [],
      ),
    );
  }

  /** Whether Redis can be reached. */
  isConnected(): boolean {
    return this.#redis.status === "ready";
  }

  /** How much waits for Redis. */
  get held(): Pick<HoldQuota, "payloads" | "bytes"> {
    return this.#held;
  }

  /** What is held, and what still comes, has its answer within that time. */
  answerWithin(ms: number): void {
    for (const { commit } of this.#lines) commit.answerWithin(ms);
  }

  async close(): Promise<void> {
    clearInterval(this.#measuring);
    await Promise.all([this.#lines.stop(), this.#measurement]);
    this.#redis.disconnect();
  }

  /** Never rejects: without a measurement the last one holds. */
  async #measure(): Promise<void> {
    try {
      this.#quota.measuring();
      const sizes = [...this.#lines.entries()].map(
        async ([{ id }, { queue }]) => [id, await this.#size(queue)] as const,
      );
      this.#quota.measured(new Map(await Promise.all(sizes)));
    } catch (error) {
      this.#logger.debug("the size of the event queues is unknown", { error: describeError(error) });
    } finally {
      this.#measurement = undefined;
    }
  }

  async #size(queue: ClaimedQueue): Promise<QueueSize> {
    try {
      return await queue.size(this.#measureEveryMs);
    } catch (error) {
      if (error instanceof ForeignClaimError) return { bytes: 0, parked: new Map() };
      throw error;
    }
  }

  #open(environment: Environment, { flags, state, holdMs, clock, logger }: IntakeQueuesParts): Line {
    const { id, name, prefix } = environment;
    const learn = (mine: Claim) => learnedId(flags, prefix, mine);
    const claim = new QueueClaim(this.#redis, environment, learn, logger);
    const queue = new ClaimedQueue(this.#redis, claim, logger);
    const reports = state.reports(name);
    const commit = new GroupCommit({
      commit: async (jobId, payloads, withinMs) => {
        await reported(this.#add(queue, payloads, { jobId, withinMs }), reports);
        this.#quota.add(id, sumOf(payloads));
      },
      holdMs,
      quota: this.#held,
      clock,
    });
    return { claim, queue, commit, reports };
  }

  async #add(queue: ClaimedQueue, payloads: readonly EventPayload[], options: AddOptions): Promise<void> {
    // A refused login leaves nothing but a missing connection to be seen here.
    if (this.#redis.status !== "ready" && this.#connectionError !== undefined) throw this.#connectionError;
    const once = this.#onceForMs !== undefined && { onceForMs: this.#onceForMs };
    await queue.add(payloads, { ...options, ...once });
  }
}

function sumOf(payloads: readonly EventPayload[]): number {
  return payloads.reduce((sum, { body }) => sum + body.byteLength, 0);
}

function reportHeld(metrics: Metrics, held: HoldQuota): void {
  const payloads = metrics.gauge({
    name: "event_payloads_held",
    help: "Event payloads that wait for Redis to take them, and have not been answered yet.",
    labels: [],
  });
  const bytes = metrics.gauge({
    name: "event_payloads_held_bytes",
    help: "The bodies of event payloads that wait for Redis to take them.",
    labels: [],
  });
  metrics.beforeRead(() => {
    payloads.set({}, held.payloads);
    bytes.set({}, held.bytes);
  });
}

/** What waiting does not mend is not that Redis is away, and is said elsewhere. */
async function reported(adding: Promise<void>, reports: RedisReports): Promise<void> {
  try {
    await adding;
    reports.answered();
  } catch (error) {
    if (mayPass(storeFailure(error))) reports.failed(error);
    else reports.answered();
    throw error;
  }
}
