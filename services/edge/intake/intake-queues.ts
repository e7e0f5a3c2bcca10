import type { Redis } from "ioredis";
import type { Logger } from "../../../shared/base/logger.ts";
import type { Stop } from "../../../shared/base/stop-scope.ts";
import type { RedisSettings } from "../../../shared/config/redis-settings.ts";
import type { EnvironmentSource } from "../../../shared/model/environment-source.ts";
import type { EventPayload } from "../../../shared/queue/event-job.ts";
import { EventQueue } from "../../../shared/queue/event-queue.ts";
import { connectRedis } from "../../../shared/redis/connect.ts";
import { GroupCommit } from "./group-commit.ts";

interface Line {
  readonly queue: EventQueue;
  readonly commit: GroupCommit;
}

/** The way from an edge into the queues of all environments, over one connection. */
export class IntakeQueues {
  readonly #redis: Redis;
  readonly #lines = new Map<string, Line>();
  readonly #unfollow: Stop;
  readonly #closing: Promise<void>[] = [];

  /** Opens the connection and follows the environments; works as soon as Redis is there. */
  constructor(environments: EnvironmentSource, settings: RedisSettings, logger: Logger) {
    this.#redis = connectRedis(settings, "command", logger);
    this.#unfollow = environments.follow({
      added: ({ id }) => {
        const queue = new EventQueue(this.#redis, id, logger);
        this.#lines.set(id, { queue, commit: new GroupCommit((payloads) => queue.add(payloads)) });
      },
      changed: () => undefined,
      removed: ({ id }) => this.#close(id),
    });
  }

  /** Resolves once Redis has the payload; rejects within about a second if it has not. */
  async keep(environmentId: string, payload: EventPayload): Promise<void> {
    const line = this.#lines.get(environmentId);
    if (line === undefined) throw new Error("the environment was removed");
    await line.commit.add(payload);
  }

  /** Whether Redis can be reached. */
  isConnected(): boolean {
    return this.#redis.status === "ready";
  }

  async close(): Promise<void> {
    await this.#unfollow();
    for (const id of [...this.#lines.keys()]) this.#close(id);
    await Promise.all(this.#closing);
    this.#redis.disconnect();
  }

  #close(environmentId: string): void {
    const line = this.#lines.get(environmentId);
    this.#lines.delete(environmentId);
    if (line !== undefined) this.#closing.push(line.queue.close());
  }
}
