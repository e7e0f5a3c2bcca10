import type { Redis } from "ioredis";
import type { Logger } from "../../../shared/base/logger.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { DeadLetters } from "../../../shared/queue/dead-letters.ts";
import { EventQueue } from "../../../shared/queue/event-queue.ts";
import { type EventsPlace, eventsPlace } from "../../../shared/queue/queue-place.ts";

/** One environment's events as the command looks at them. */
export interface EnvironmentEvents {
  readonly name: string;
  readonly place: EventsPlace;
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
    .map((environment) => {
      const place = eventsPlace(environment.prefix);
      return {
        name: environment.name,
        place,
        queue: new EventQueue(redis, place.queue, logger),
        deadLetters: new DeadLetters(redis, place.deadLetters, logger),
      };
    });
}
