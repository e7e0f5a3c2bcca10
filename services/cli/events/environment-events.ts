import type { Redis } from "ioredis";
import type { Logger } from "../../../shared/base/logger.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { DeadLetters } from "../../../shared/queue/dead-letters.ts";
import { EventQueue } from "../../../shared/queue/event-queue.ts";

/** One environment's events as the command looks at them. */
export interface EnvironmentEvents {
  readonly id: string;
  readonly name: string;
  readonly queue: EventQueue;
  readonly deadLetters: DeadLetters;
}

/** Those of all environments, or of the one with this name; nothing if there is none. */
export function environmentEvents(
  environments: readonly Environment[],
  name: string | undefined,
  redis: Redis,
  logger: Logger,
): EnvironmentEvents[] {
  return environments
    .filter((environment) => name === undefined || environment.name === name)
    .map((environment) => ({
      id: environment.id,
      name: environment.name,
      queue: new EventQueue(redis, environment.id, logger),
      deadLetters: new DeadLetters(redis, environment.id, logger),
    }));
}
