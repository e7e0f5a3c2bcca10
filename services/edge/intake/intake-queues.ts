import type { Redis } from "ioredis";
import { describeError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { Stop } from "../../../shared/base/stop-scope.ts";
import type { RedisSettings } from "../../../shared/config/redis-settings.ts";
import type { Claim } from "../../../shared/model/claim.ts";
import type { EnvironmentSource } from "../../../shared/model/environment-source.ts";
import { ClaimedQueue } from "../../../shared/queue/claimed-queue.ts";
import type { EventPayload } from "../../../shared/queue/event-job.ts";
import { ForeignClaimError, QueueClaim } from "../../../shared/queue/queue-claim.ts";
import { connectRedis } from "../../../shared/redis/connect.ts";
import { learnedId } from "../../../shared/redis/learned-id.ts";
import type { RedisReports, RedisState } from "../../../shared/redis/redis-state.ts";
import { GroupCommit } from "./group-commit.ts";
import { type QueueLimits, QueueRoom } from "./queue-room.ts";

/** How often the sizes of the queues are looked at. */
const MEASURE_EVERY_MS = 1000;

interface Line {
  readonly environmentName: string;
  readonly claim: QueueClaim;
  readonly queue: ClaimedQueue;
  readonly commit: GroupCommit;
  readonly reports: RedisReports;
}

/** The way from an edge into the queues of all environments, over one connection. */
export class IntakeQueues {
  readonly #redis: Redis;
  readonly #lines = new Map<string, Line>();
  readonly #room: QueueRoom;
  readonly #logger: Logger;
  readonly #measureEveryMs: number;
  readonly #measuring: NodeJS.Timeout;
  #measurement: Promise<void> | undefined;
  readonly #unfollow: Stop;
  readonly #closing: Promise<void>[] = [];

  /**
   * Opens the connection and follows the environments; works as soon as Redis is there. `flags` is a connection to the
   * Redis of the flags, and stays the caller's.
   */
  constructor(
    environments: EnvironmentSource,
    settings: RedisSettings,
    state: RedisState,
    flags: Redis,
    limits: QueueLimits,
    logger: Logger,
    measureEveryMs = MEASURE_EVERY_MS,
  ) {
    this.#redis = connectRedis(settings, "command", state);
    this.#room = new QueueRoom(limits);
    this.#logger = logger;
    this.#measureEveryMs = measureEveryMs;
    this.#unfollow = environments.follow({
      added: (environment) => {
        const { id, name, prefix } = environment;
        const learn = (mine: Claim) => learnedId(flags, prefix, mine);
        const claim = new QueueClaim(this.#redis, environment, learn, logger);
        const queue = new ClaimedQueue(this.#redis, claim, logger);
        const reports = state.reports(name);
        const commit = new GroupCommit((payloads) => {
          this.#room.add(id, sumOf(payloads));
          return reported(queue.add(payloads), reports);
        });
        this.#lines.set(id, { environmentName: name, claim, queue, commit, reports });
      },
      changed: (environment) => this.#lines.get(environment.id)?.claim.change(environment),
      removed: ({ id }) => this.#close(id),
    });
    this.#measuring = setInterval(() => {
      this.#measurement ??= this.#measure();
    }, measureEveryMs);
    this.#redis.once("ready", () => {
      this.#measurement ??= this.#measure();
    });
  }

  /** Resolves once Redis has the payload; rejects within about a second if it has not. */
  keep(environmentId: string, payload: EventPayload): Promise<void> {
    const line = this.#lines.get(environmentId);
    return line?.commit.add(payload) ?? Promise.reject(new Error("the environment was removed"));
  }

  /** Whether this environment's queue, or all queues together, have reached their limit. */
  isFull(environmentId: string): boolean {
    return this.#room.isFull(environmentId);
  }

  /** The environments of ours whose prefix another installation has claimed for its events, and what it calls them. */
  foreignClaims(): ReadonlyMap<string, string> {
    const lines = [...this.#lines.values()];
    return new Map(
      lines.flatMap(({ environmentName, claim: { foreign } }) =>
        foreign ? [[environmentName, foreign.name]] : [],
      ),
    );
  }

  /** Whether Redis can be reached. */
  isConnected(): boolean {
    return this.#redis.status === "ready";
  }

  async close(): Promise<void> {
    clearInterval(this.#measuring);
    await this.#unfollow();
    for (const id of [...this.#lines.keys()]) this.#close(id);
    await Promise.all([...this.#closing, this.#measurement]);
    this.#redis.disconnect();
  }

  /** Never rejects: without a measurement the last one holds. */
  async #measure(): Promise<void> {
    try {
      this.#room.measuring();
      const sizes = [...this.#lines].map(async ([id, { queue }]) => [id, await this.#size(queue)] as const);
      this.#room.measured(new Map(await Promise.all(sizes)));
    } catch (error) {
      this.#logger.debug("the size of the event queues is unknown", { error: describeError(error) });
    } finally {
      this.#measurement = undefined;
    }
  }

  async #size(queue: ClaimedQueue): Promise<number> {
    try {
      return await queue.size(this.#measureEveryMs);
    } catch (error) {
      if (error instanceof ForeignClaimError) return 0;
      throw error;
    }
  }

  #close(environmentId: string): void {
    const line = this.#lines.get(environmentId);
    this.#lines.delete(environmentId);
    if (line === undefined) return;
    line.reports.leave();
    this.#closing.push(line.queue.close());
  }
}

async function reported(adding: Promise<void>, reports: RedisReports): Promise<void> {
  try {
    await adding;
    reports.answered();
  } catch (error) {
    if (error instanceof ForeignClaimError) reports.answered();
    else reports.failed(error);
    throw error;
  }
}

function sumOf(payloads: readonly EventPayload[]): number {
  return payloads.reduce((sum, { body }) => sum + body.byteLength, 0);
}
