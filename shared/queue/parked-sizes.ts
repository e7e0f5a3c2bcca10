import type { Redis } from "ioredis";
import { PAYLOAD_KINDS, type PayloadKind } from "./event-payload.ts";
import { type QueuePlace, queueKey } from "./queue-place.ts";

/** How many bytes are parked of each kind; kinds of which nothing is are left out. Rejects when Redis does not answer. */
export async function parkedSizes(
  connection: Redis,
  queue: QueuePlace,
): Promise<ReadonlyMap<PayloadKind, number>> {
  const fields = PAYLOAD_KINDS.map((kind) => `${kind}:bytes`);
  const bytes = await connection.hmget(queueKey(queue, "parked"), ...fields);
  const sizes = PAYLOAD_KINDS.map((kind, i) => [kind, Number(bytes[i] ?? 0)] as const);
  return new Map(sizes.filter(([, size]) => size > 0));
}
