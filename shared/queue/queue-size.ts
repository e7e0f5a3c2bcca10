import type { Redis } from "ioredis";
import { queueLoad } from "./queue-load.ts";
import { type QueuePlace, queueKey } from "./queue-place.ts";

/**
 * How many bytes the queue takes in Redis; rejects when Redis does not answer. Measured by whoever asks first, for all
 * processes together: the outcome stays beside the queue for `freshMs`, for whoever asks next.
 */
export async function queueSize(connection: Redis, queue: QueuePlace, freshMs = 1000): Promise<number> {
  const key = queueKey(queue, "bytes");
  const known = await connection.get(key);
  if (known !== null) return Number(known);
  const { waiting, active, delayed } = await queueLoad(connection, queue);
  const bytes = waiting.bytes + active.bytes + delayed.bytes;
  await connection.set(key, bytes, "PX", freshMs);
  return bytes;
}
