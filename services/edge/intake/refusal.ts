import { type UnreadRefusal, unreadRefusals } from "../http/unread-body.ts";
import type { StoreFailure } from "./store-failure.ts";

/** What an SDK is told when its events were not taken. */
type RefusalAnswer = UnreadRefusal;

/** Every reason not to take events (R1.9, with the status that says what it is). */
const ANSWERS = {
  ...unreadRefusals("maxInboundPayloadSize", "events"),
  disabled: { status: 503, message: "Event proxy is not enabled for this environment" },
  empty: { status: 400, message: "body may not be empty" },
  malformed: { status: 400, message: "body is not a JSON array of events" },
  not_gzip: { status: 400, message: "body is not gzip, but Content-Encoding is" },
  broken_gzip: { status: 400, message: "body is corrupt or truncated gzip" },
  too_large_inflated: { status: 413, message: "decompressed body is larger than maxInboundPayloadSize" },
  queue_full: { status: 503, message: "too many events are queued; try again later", retryAfter: 30 },
  parked_full: {
    status: 503,
    message: "LaunchDarkly is not accepting such events, and too many are queued; try again later",
    retryAfter: 30,
  },
  foreign: { status: 503, message: "the environment's prefix in Redis belongs to another installation" },
  unavailable: { status: 503, message: "events cannot be stored at the moment; try again", retryAfter: 1 },
  store_not_writable: {
    status: 503,
    message: "events cannot be stored: Redis is not writable at the moment; try again",
    retryAfter: 1,
  },
  store_full: {
    status: 503,
    message: "events cannot be stored: Redis is full; try again later",
    retryAfter: 30,
  },
  store_not_permitted: {
    status: 503,
    message: "events cannot be stored: the relay lacks permissions in Redis, see its log",
    retryAfter: 30,
  },
  store_failed: {
    status: 503,
    message: "events cannot be stored: Redis reported an error, see the relay's log",
    retryAfter: 30,
  },
} as const satisfies Readonly<Record<string, RefusalAnswer>>;

/** What an SDK is told after each kind of failure. */
const BY_FAILURE = {
  away: "unavailable",
  not_writable: "store_not_writable",
  full: "store_full",
  not_permitted: "store_not_permitted",
  foreign: "foreign",
  failed: "store_failed",
} as const satisfies Readonly<Record<StoreFailure, keyof typeof ANSWERS>>;

/** Why events were not taken, also as the label of the metric. */
export type Refusal = keyof typeof ANSWERS;

export const REFUSALS: readonly string[] = Object.keys(ANSWERS);

/** Why events were not taken that could not be stored. */
export function refusalAfter(failure: StoreFailure): Refusal {
  return BY_FAILURE[failure];
}

export function answerTo(refusal: Refusal): RefusalAnswer {
  return ANSWERS[refusal];
}
