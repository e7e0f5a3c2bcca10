import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { describeError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { QueuePlace } from "./queue-place.ts";

/**
 * A BullMQ queue on a `command` connection that stays the caller's. It can be opened while Redis is away; whoever
 * uses it must look at the connection first, because BullMQ waits without end for one that has never been ready.
 */
export function openQueue<Data>(
  { prefix, name }: QueuePlace,
  connection: Redis,
  logger: Logger,
): Queue<Data> {
  const queue = new Queue<Data>(name, {
    connection,
    prefix,
    // BullMQ's INFO, should it fail once while connecting, would leave this queue broken for good.
    skipVersionCheck: true,
    // Nobody reads the queue's own event stream; 10,000 entries a queue would only cost memory.
    streams: { events: { maxLen: 100 } },
  });
  // The connection logs its own outages.
  queue.on("error", (error) =>
    logger.debug("queue error", { queue: `${prefix}:${name}`, error: describeError(error) }),
  );
  return queue;
}
