import type { GivenSection } from "./given.ts";
import type { Problems } from "./problems.ts";
import type { RedisSettings } from "./redis-settings.ts";
import { readSectionValues } from "./section-values.ts";
import { eventsSettings } from "./settings/events.ts";

/** What becomes of the SDKs' analytics events. */
export interface EventsSettings {
  /** LaunchDarkly's service for events, without a trailing slash. */
  readonly eventsUri: string;
  readonly sendEvents: boolean;
  /** How long a batch of payloads may wait. */
  readonly flushIntervalMs: number;
  /** How many contexts a batch of summaries remembers. */
  readonly capacity: number;
  /** Whether somebody has written it, and may expect something else of it. */
  readonly capacityIsGiven: boolean;
  /** Whether all analytics are batched, or only what must be summarised. */
  readonly merge: boolean;
  /** A batch that has reached this takes no more payloads. */
  readonly maxBatchBytes: number;
  readonly maxInboundPayloadBytes: number;
  /** What all queues together may take in Redis. */
  readonly maxQueueBytes: number;
  /** The part of `maxQueueBytes` that one environment may take, above 0 and up to 1. */
  readonly maxQueueShare: number;
  /** How long a POST is held while Redis does not take its events; 0: not at all. */
  readonly holdTimeMs: number;
  /** Whether what came uncompressed is compressed on its way to LaunchDarkly. */
  readonly compress: boolean;
  /** N: one of N payloads is delivered whole; 0 or 1: every one. */
  readonly samplingInterval: number;
  /** How long a payload is tried before it becomes a dead letter. */
  readonly maxAgeMs: number;
  /** The longest wait between two tries of a payload. */
  readonly retryMaxDelayMs: number;
  /** The longest rest of an environment whose key is refused. */
  readonly parkMaxDelayMs: number;
  /** Where events wait, if not where flags are. */
  readonly redis: RedisSettings | undefined;
}

/** The values of `[Events]`. */
export function readEventsSettings(given: GivenSection, problems: Problems): EventsSettings {
  const values = readSectionValues(eventsSettings, given, problems);
  return {
    eventsUri: values.eventsUri,
    sendEvents: values.sendEvents,
    flushIntervalMs: values.flushInterval,
    capacity: values.capacity,
    capacityIsGiven: given.settings.has("capacity"),
    merge: values.merge,
    maxBatchBytes: values.maxBatchBytes,
    maxInboundPayloadBytes: values.maxInboundPayloadSize,
    maxQueueBytes: values.maxQueueBytes,
    maxQueueShare: values.maxQueueShare,
    holdTimeMs: values.holdTime,
    compress: values.compress,
    samplingInterval: values.samplingInterval,
    maxAgeMs: values.maxAge,
    retryMaxDelayMs: values.retryMaxDelay,
    parkMaxDelayMs: values.parkMaxDelay,
    redis: values.redisUrl,
  };
}
