import type { Clock } from "../../../shared/base/clock.ts";
import type { Ticker } from "../../../shared/base/event-loop/ticker.ts";
import type { TimeSlices } from "../../../shared/base/event-loop/time-slices.ts";
import type { Random } from "../../../shared/base/random.ts";
import type { StreamMetrics } from "./stream-metrics.ts";

/** How streams are kept. */
export interface StreamLimits {
  /** How often every client gets an empty comment; 0: never. */
  readonly heartbeatIntervalMs: number;
  /** Streams are ended at a random age between 90 % and 100 % of this; 0: never. */
  readonly maxClientConnectionTimeMs: number;
  /** How long a client may take for what it has not read yet, before it is cut. */
  readonly slowClientDeadlineMs: number;
  /** The window over which the pings that tell of one change are spread; 0: all are sent at once. */
  readonly pingJitterMs: number;
}

/**
 * What streams of mobile SDKs and browsers carry: pings, at which clients ask for their results, or the results
 * themselves.
 */
export type ClientStreamContent = "ping" | "values";

/** What all hubs of a process share. */
export interface StreamParts {
  readonly clientStreams: ClientStreamContent;
  readonly limits: StreamLimits;
  readonly clock: Clock;
  readonly random: Random;
  readonly ticker: Ticker;
  readonly slices: TimeSlices;
  readonly metrics: StreamMetrics;
}
