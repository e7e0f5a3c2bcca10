import type { Redis } from "ioredis";
import type { Clock } from "../../../shared/base/clock.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { ClaimedQueue, type QueueSize } from "../../../shared/queue/claimed-queue.ts";
import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import { QueueClaim } from "../../../shared/queue/queue-claim.ts";
import { learnedId } from "../../../shared/redis/learned-id.ts";
import type { RedisReports, RedisState } from "../../../shared/redis/redis-state.ts";
import { GroupCommit } from "./group-commit.ts";
import type { HoldQuota } from "./hold-quota.ts";
import { mayPass, storeFailure } from "./store-failure.ts";

/** What the queues of all environments share. */
export interface EnvironmentIntakeParts {
  /** To the Redis of the events, with the purpose `command`. */
  readonly connection: Redis;
  /** Why there is no connection, if that is known: a refused login leaves nothing else to be seen. */
  readonly connectionError: () => Error | undefined;
  /** How that Redis does. */
  readonly state: RedisState;
  /** A connection to the Redis of the flags. */
  readonly flags: Redis;
  /** `[Events] holdTime`. */
  readonly holdMs: number;
  readonly held: HoldQuota;
  /** Is told how many bytes of payloads were added. */
  readonly added: (environmentId: string, bytes: number) => void;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** How much longer than it is held a job's id is remembered: the answer to its last try may still be under way. */
const ONCE_LONGER_MS = 5000;

/** The way from an edge into the queue of one environment. */
export class EnvironmentIntake {
  readonly environmentId: string;
  readonly #parts: EnvironmentIntakeParts;
  readonly #claim: QueueClaim;
  readonly #queue: ClaimedQueue;
  readonly #commit: GroupCommit;
  readonly #reports: RedisReports;

  constructor(environment: Environment, parts: EnvironmentIntakeParts) {
    const { connection, flags, state, holdMs, held, logger, clock } = parts;
    const { id, name, prefix } = environment;
    this.environmentId = id;
    this.#parts = parts;
    this.#claim = new QueueClaim(connection, environment, (mine) => learnedId(flags, prefix, mine), logger);
    this.#queue = new ClaimedQueue(connection, this.#claim, clock, logger);
    this.#reports = state.reports(name);
    this.#commit = new GroupCommit({
      commit: (jobId, payloads, withinMs) => this.#store(jobId, payloads, withinMs),
      ...{ holdMs, quota: held, clock },
    });
  }

  /**
   * Resolves once Redis has the payload; rejects if it has not within `holdMs`, or a second, whichever is longer. It
   * rejects at once if waiting does not help, and with a `CongestedError` if too much waits already.
   */
  keep(payload: EventPayload): Promise<void> {
    return this.#commit.add(payload);
  }

  /** How much the queue takes in Redis, measured `freshMs` ago at most. Rejects when that is not to be had. */
  size(freshMs: number): Promise<QueueSize> {
    return this.#queue.size(freshMs);
  }

  /** What another installation, which has claimed our prefix for its events, calls the environment. */
  get claimedBy(): string | undefined {
    return this.#claim.foreign?.name;
  }

  /** Goes on with another version of the environment. */
  change(environment: Environment): void {
    this.#claim.change(environment);
  }

  /** Tries at once what waits for another try: Redis is there again. */
  wake(): void {
    this.#commit.wake();
  }

  /** What is held, and what still comes, has its answer within that time. */
  answerWithin(ms: number): void {
    this.#commit.answerWithin(ms);
  }

  async close(): Promise<void> {
    this.#reports.leave();
    this.#commit.answerWithin(0);
    await this.#queue.close();
  }

  async #store(jobId: string, payloads: readonly EventPayload[], withinMs: number): Promise<void> {
    try {
      await this.#add(jobId, payloads, withinMs);
      this.#reports.answered();
    } catch (error) {
      // What waiting does not mend is not that Redis is away, and is logged elsewhere.
      if (mayPass(storeFailure(error))) this.#reports.failed(error);
      else this.#reports.answered();
      throw error;
    }
    this.#parts.added(this.environmentId, sumOf(payloads));
  }

  async #add(jobId: string, payloads: readonly EventPayload[], withinMs: number): Promise<void> {
    const { connection, connectionError, holdMs } = this.#parts;
    const error = connection.status === "ready" ? undefined : connectionError();
    if (error !== undefined) throw error;
    const once = holdMs > 0 && { onceForMs: holdMs + ONCE_LONGER_MS };
    await this.#queue.add(payloads, { jobId, withinMs, ...once });
  }
}

function sumOf(payloads: readonly EventPayload[]): number {
  return payloads.reduce((sum, { body }) => sum + body.byteLength, 0);
}
