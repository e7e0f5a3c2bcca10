import type { Redis } from "ioredis";
import { describeError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { Stop } from "../../../shared/base/stop-scope.ts";
import type { RedisSettings } from "../../../shared/config/redis-settings.ts";
import type { EnvironmentSource } from "../../../shared/model/environment-source.ts";
import type { EventPayload } from "../../../shared/queue/event-job.ts";
import { EventQueue } from "../../../shared/queue/event-queue.ts";
import { eventsPlace, type QueuePlace } from "../../../shared/queue/queue-place.ts";
import { queueSize } from "../../../shared/queue/queue-size.ts";
import { connectRedis } from "../../../shared/redis/connect.ts";
import type { RedisReports, RedisState } from "../../../shared/redis/redis-state.ts";
import { GroupCommit } from "./group-commit.ts";
import { type QueueLimits, QueueRoom } from "./queue-room.ts";

/** How often the sizes of the queues are looked at. */
const MEASURE_EVERY_MS = 1000;

interface Line {
  readonly place: QueuePlace;
  readonly queue: EventQueue;
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

  /** Opens the connection and follows the environments; works as soon as Redis is there. */
  constructor(
    environments: EnvironmentSource,
    settings: RedisSettings,
    state: RedisState,
    limits: QueueLimits,
    logger: Logger,
    measureEveryMs = MEASURE_EVERY_MS,
  ) {
    this.#redis = connectRedis(settings, "command", state);
    this.#room = new QueueRoom(limits);
    this.#logger = logger;
    this.#measureEveryMs = measureEveryMs;
    this.#unfollow = environments.follow({
      added: ({ id, name, prefix }) => {
        const place = eventsPlace(prefix).queue;
        const queue = new EventQueue(this.#redis, place, logger);
        const reports = state.reports(name);
        const commit = new GroupCommit((payloads) => {
          this.#room.add(id, sumOf(payloads));
          return reported(queue.add(payloads), reports);
        });
        this.#lines.set(id, { place, queue, commit, reports });
      },
      changed: () => undefined,
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
      const sizes = [...this.#lines].map(
        async ([id, { place }]) => [id, await queueSize(this.#redis, place, this.#measureEveryMs)] as const,
      );
      this.#room.measured(new Map(await Promise.all(sizes)));
    } catch (error) {
      this.#logger.debug("the size of the event queues is unknown", { error: describeError(error) });
    } finally {
      this.#measurement = undefined;
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
    reports.failed(error);
    throw error;
  }
}

function sumOf(payloads: readonly EventPayload[]): number {
  return payloads.reduce((sum, { body }) => sum + body.byteLength, 0);
}
