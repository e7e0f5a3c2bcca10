import type { Redis } from "ioredis";

/** The two connections that all deliveries of a forwarder share; they stay the forwarder's. */
export interface QueueConnections {
  readonly command: Redis;
  readonly consumer: Redis;
}
