import type { Redis } from "ioredis";
import { systemClock } from "../../../shared/base/clock.ts";
import { DeadlineError, withDeadline } from "../../../shared/base/deadline.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import { randomToken } from "../../../shared/base/random.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { claimKey } from "../../../shared/queue/claimed-place.ts";
import { EventConsumer } from "../../../shared/queue/event-consumer.ts";
import { EventQueue } from "../../../shared/queue/event-queue.ts";
import { openQueue } from "../../../shared/queue/open-queue.ts";
import { QueueClaim } from "../../../shared/queue/queue-claim.ts";
import { type EventsPlace, queueKey } from "../../../shared/queue/queue-place.ts";
import { queueSize } from "../../../shared/queue/queue-size.ts";
import type { RedisReports } from "../../../shared/redis/redis-state.ts";
import type { Trial } from "./trial.ts";

const TAKE_MS = 5000;
const CLOSE_MS = 1000;
const WAIT_MS = 300;

/** What is tried with events, and how to leave nothing of it. */
export interface EventTrials {
  readonly trials: readonly Trial[];
  readonly forget: () => Promise<void>;
}

/**
 * What edges and forwarders do with events, done with keys of `prefix`. `commands` and `consuming` are connections of
 * these purposes to the Redis of the events.
 */
export function eventTrials(
  commands: Redis,
  consuming: Redis,
  environment: Environment,
  prefix: string,
  logger: Logger,
): EventTrials {
  let place: EventsPlace | undefined;
  const placed = (): EventsPlace => {
    if (place === undefined) throw new Error("there is no queue to try");
    return place;
  };
  const claim: Trial = {
    role: "edge",
    what: "claims the environment's events",
    run: async () => {
      const learnNothing = async (): Promise<undefined> => undefined;
      place = await new QueueClaim(commands, { ...environment, prefix }, learnNothing, logger).place();
    },
  };
  const keep: Trial = {
    role: "edge",
    what: "adds events, and measures the queue",
    needs: [claim],
    run: async () => {
      const queue = new EventQueue(commands, placed().queue, logger);
      try {
        await queue.add([
          {
            id: randomToken(),
            kind: "server-analytics",
            headers: {},
            acceptedAt: Date.now(),
            attempts: 0,
            body: Buffer.from("[]"),
          },
        ]);
        await queueSize(commands, placed().queue);
      } finally {
        await queue.close();
      }
    },
  };
  const deliver: Trial = {
    role: "forwarder",
    what: "takes events to deliver them",
    needs: [keep],
    run: () => takeOne(consuming, placed(), logger),
  };
  return {
    trials: [claim, keep, deliver],
    forget: () => forgetEvents(commands, prefix, place, logger),
  };
}

/** Rejects with what Redis said, if it said anything, when no job was taken in time. */
async function takeOne(consuming: Redis, { queue }: EventsPlace, logger: Logger): Promise<void> {
  const taken = Promise.withResolvers<void>();
  let refusal: unknown;
  const reports: RedisReports = {
    failed: (error) => {
      refusal ??= error;
    },
    answered: () => undefined,
    leave: () => undefined,
  };
  const process = async () => {
    taken.resolve();
    return { kind: "done" } as const;
  };
  const consumer = new EventConsumer(consuming, queue, process, reports, systemClock, logger);
  try {
    await withDeadline(taken.promise, TAKE_MS, "an event from the queue");
    // Then the queue is empty, and the consumer waits for more, which takes another command.
    await systemClock.sleep(WAIT_MS);
    if (refusal !== undefined) throw refusal;
  } catch (error) {
    throw error instanceof DeadlineError && refusal !== undefined ? refusal : error;
  } finally {
    await consumer.close(CLOSE_MS);
  }
}

async function forgetEvents(
  commands: Redis,
  prefix: string,
  place: EventsPlace | undefined,
  logger: Logger,
): Promise<void> {
  await commands.del(claimKey(prefix));
  if (place === undefined) return;
  const queue = openQueue(place.queue, commands, logger);
  try {
    await queue.obliterate({ force: true });
  } finally {
    await queue.close();
  }
  const left = ["claim", "bytes", "marker", "limiter", "stalled-check"];
  await commands.del(...left.map((part) => queueKey(place.queue, part)));
}
