import * as z from "zod";
import { bareSeconds, secondsAs } from "../old-spellings.ts";
import { duration, flushInterval, waitingTime } from "../values/duration.ts";
import { count, countOrZero, flag, share } from "../values/number.ts";
import { redisUrl } from "../values/redis-url.ts";
import { size } from "../values/size.ts";
import { text } from "../values/text.ts";
import { serviceUri } from "../values/uri.ts";
import { valueType } from "../values/value-type.ts";
import { ineffective, setting, settingWithDefault } from "./setting.ts";

const payloadSize = valueType(
  size.traits.name,
  size.schema.refine((bytes) => bytes > 0, "max inbound payload size must be greater than zero"),
);
const batchSize = valueType(
  size.traits.name,
  size.schema.refine((bytes) => bytes > 0, "must be greater than zero"),
);

/** The longest that something is tried, or waits between tries; less than a millisecond would be no wait at all. */
const patience = valueType(
  duration.traits.name,
  duration.schema.refine((ms) => ms >= 1, "must be at least 1ms"),
);
const queueSize = valueType(
  size.traits.name,
  size.schema.refine((bytes) => bytes > 0, "value must be greater than zero"),
);

/** `[Events]`: what becomes of the SDKs' analytics events. */
export const eventsSettings = z.object({
  eventsUri: settingWithDefault(serviceUri, "https://events.launchdarkly.com", {
    variable: "EVENTS_HOST",
    description: "LaunchDarkly's events service.",
  }),
  sendEvents: settingWithDefault(flag, "false", {
    variable: "USE_EVENTS",
    description: "Whether to accept events from SDKs and deliver them to LaunchDarkly.",
  }),
  flushInterval: settingWithDefault(flushInterval, "5s", {
    variable: "EVENTS_FLUSH_INTERVAL",
    description:
      "How long a batch of payloads may wait: of those that must be summarised, and with `merge` of all. `0` or less: a minute. Other payloads are delivered at once.",
    old: { keys: [secondsAs("flushIntervalSecs")], variableValue: bareSeconds },
  }),
  capacity: settingWithDefault(count, "1000", {
    variable: "EVENTS_CAPACITY",
    description:
      "Limits deduplication of contexts per batch. Beyond it, some contexts are sent more than once; no event is dropped. It does not limit the queue in Redis.",
  }),
  merge: settingWithDefault(flag, "false", {
    variable: "EVENTS_MERGE",
    description:
      "Whether payloads of analytics wait for `flushInterval` and go to LaunchDarkly together: fewer and larger requests, under ids and a `User-Agent` of the relay's own. Otherwise each is delivered individually.",
  }),
  maxBatchBytes: settingWithDefault(batchSize, "1MiB", {
    variable: "EVENTS_MAX_BATCH_BYTES",
    description: "A batch that has reached this size, uncompressed, is closed, and the next one begins.",
  }),
  maxInboundPayloadSize: settingWithDefault(payloadSize, "10MiB", {
    variable: "EVENTS_MAX_INBOUND_PAYLOAD_SIZE",
    description: "The largest event payload accepted from an SDK, compressed and decompressed.",
  }),
  maxQueueBytes: settingWithDefault(queueSize, "1GiB", {
    variable: "EVENTS_MAX_QUEUE_BYTES",
    description:
      "How much of Redis the payloads that wait for delivery may take, with Redis's overhead and of all environments of this configuration together. Beyond it SDKs are refused with 503. It is measured once a second (with more than 100 environments, 100 of them each second), from samples of long queues, so give Redis some more.",
  }),
  maxQueueShare: settingWithDefault(share, "0.5", {
    variable: "EVENTS_MAX_QUEUE_SHARE",
    description: "The share of `maxQueueBytes` that one environment may use.",
  }),
  holdTime: settingWithDefault(waitingTime, "8s", {
    variable: "EVENTS_HOLD_TIME",
    description:
      "How long to hold a POST of events while Redis is down, restarts or is not writable. SDKs retry only once and then drop the events, and most wait for 10 seconds, so it should be less than that. `0`: refuse with 503 within a second.",
  }),
  compress: settingWithDefault(flag, "true", {
    variable: "EVENTS_COMPRESS",
    description:
      "Whether to compress uncompressed payloads of a KiB or more with gzip. Payloads compressed by SDKs are sent unchanged.",
  }),
  samplingInterval: settingWithDefault(countOrZero, "0", {
    variable: "EVENTS_SAMPLING_INTERVAL",
    description:
      "`N` delivers one payload of `N` whole, and of the others only the events needed for LaunchDarkly's counts: `summary`, `index` and `identify` events. `0` or `1`: everything.",
  }),
  maxAge: settingWithDefault(patience, "24h", {
    variable: "EVENTS_MAX_AGE",
    description:
      "How long an undelivered payload is retried. After that it is kept as a dead letter, see `ld-relay events dead`.",
  }),
  retryMaxDelay: settingWithDefault(patience, "5m", {
    variable: "EVENTS_RETRY_MAX_DELAY",
    description:
      "The longest delay between two attempts for a payload; it begins with a second and doubles each time. `Retry-After` is respected.",
  }),
  parkMaxDelay: settingWithDefault(patience, "15m", {
    variable: "EVENTS_PARK_MAX_DELAY",
    description:
      "The longest parking of a destination whose key or path LaunchDarkly rejects; it begins with 30 seconds and doubles each time. A new key ends it at once.",
  }),
  redisUrl: setting(redisUrl, {
    variable: "EVENTS_REDIS_URL",
    unset: "the Redis of `[Redis]`",
    description:
      "A separate Redis for events, so that a backlog cannot evict flags; written as `[Redis] url`. It should persist to disk, and its `maxmemory-policy` should be `noeviction`.",
  }),
  metricsCapacity: ineffective(text, "it has no effect: usage metrics are never sent", {
    variable: "EVENTS_METRICS_CAPACITY",
  }),
  inlineUsers: ineffective(flag, "it has no effect any more", { variable: "EVENTS_INLINE_USERS" }),
});
