import type { Redis } from "ioredis";
import type { Logger } from "../../../shared/base/logger.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { claimedPlace } from "../../../shared/queue/claimed-place.ts";
import { DeadLetters } from "../../../shared/queue/dead-letters.ts";
import { EventQueue } from "../../../shared/queue/event-queue.ts";
import type { EventsPlace } from "../../../shared/queue/queue-place.ts";

/** One environment's events as the command looks at them. */
export interface EnvironmentEvents {
  readonly name: string;
  readonly place: EventsPlace;
  /** What another installation, if one has claimed the prefix, calls the environment. */
  readonly claimedBy?: string;
  readonly queue: EventQueue;
  readonly deadLetters: DeadLetters;
}

/** Those of all environments, or of the one with this name; nothing if there is none. */
export async function environmentEvents(
  environments: readonly Environment[],
  name: string | undefined,
  redis: Redis,
  logger: Logger,
): Promise<EnvironmentEvents[]> {
  const wanted = environments.filter((environment) => name === undefined || environment.name === name);
  return Promise.all(
    wanted.map(async (environment) => {
      const { place, foreign } = await claimedPlace(redis, environment);
      return {
        name: environment.name,
        place,
        ...(foreign && { claimedBy: foreign.name }),
        queue: new EventQueue(redis, place.queue, logger),
        deadLetters: new DeadLetters(redis, place.deadLetters, logger),
      };
    }),
  );
}
