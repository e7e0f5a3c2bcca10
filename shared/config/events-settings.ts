import type { GivenSection } from "./given.ts";
import type { Problems } from "./problems.ts";
import { readSectionValues } from "./section-values.ts";
import { eventsSettings } from "./settings/events.ts";

/** What becomes of the SDKs' analytics events. */
export interface EventsSettings {
  /** LaunchDarkly's service for events, without a trailing slash. */
  readonly eventsUri: string;
  readonly sendEvents: boolean;
  /** How long a batch of summaries may wait. */
  readonly flushIntervalMs: number;
  /** How many events a batch of summaries may hold. */
  readonly capacity: number;
  readonly maxInboundPayloadBytes: number;
  /** What all queues together may take in Redis. */
  readonly maxQueueBytes: number;
  /** The part of `maxQueueBytes` that one environment may take, above 0 and up to 1. */
  readonly maxQueueShare: number;
  /** N: one of N payloads is delivered whole; 0 or 1: every one. */
  readonly samplingInterval: number;
}

/** The values of `[Events]`. */
export function readEventsSettings(given: GivenSection, problems: Problems): EventsSettings {
  const values = readSectionValues(eventsSettings, given, problems);
  return {
    eventsUri: values.eventsUri,
    sendEvents: values.sendEvents,
    flushIntervalMs: values.flushInterval,
    capacity: values.capacity,
    maxInboundPayloadBytes: values.maxInboundPayloadSize,
    maxQueueBytes: values.maxQueueBytes,
    maxQueueShare: values.maxQueueShare,
    samplingInterval: values.samplingInterval,
  };
}
