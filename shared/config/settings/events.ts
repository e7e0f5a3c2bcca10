import * as z from "zod";
import { secondsAs } from "../old-spellings.ts";
import { flushInterval } from "../values/duration.ts";
import { count, countOrZero, flag, share } from "../values/number.ts";
import { size } from "../values/size.ts";
import { serviceUri } from "../values/uri.ts";
import { valueType } from "../values/value-type.ts";
import { refused, settingWithDefault } from "./setting.ts";

const payloadSize = valueType(
  size.traits.name,
  size.schema.refine((bytes) => bytes > 0, "max inbound payload size must be greater than zero"),
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
    description: "Whether SDKs may send their events here, to be delivered to LaunchDarkly.",
  }),
  flushInterval: settingWithDefault(flushInterval, "5s", {
    variable: "EVENTS_FLUSH_INTERVAL",
    description:
      "How long a batch of summaries may wait; `0` or less: a minute. Other payloads are delivered as they come, so there is nothing to flush.",
    old: { keys: [secondsAs("flushIntervalSecs")] },
  }),
  capacity: settingWithDefault(count, "1000", {
    variable: "EVENTS_CAPACITY",
    description:
      "How many events a batch of summaries may hold. Other payloads are queued in Redis as they come, and none is dropped for it.",
  }),
  maxInboundPayloadSize: settingWithDefault(payloadSize, "10MiB", {
    variable: "EVENTS_MAX_INBOUND_PAYLOAD_SIZE",
    description:
      "The largest payload of events that an SDK may send, as it is sent and when it is decompressed.",
  }),
  maxQueueBytes: settingWithDefault(queueSize, "1GiB", {
    variable: "EVENTS_MAX_QUEUE_BYTES",
    description:
      "How much of Redis the payloads that wait for delivery may take, with Redis's overhead and of all environments together. Beyond it SDKs are refused with 503. It is measured once a second, from samples of long queues, so give Redis some more.",
  }),
  maxQueueShare: settingWithDefault(share, "0.5", {
    variable: "EVENTS_MAX_QUEUE_SHARE",
    description:
      "The part of `maxQueueBytes` that one environment may take, so that it leaves room for others.",
  }),
  samplingInterval: settingWithDefault(countOrZero, "0", {
    variable: "EVENTS_SAMPLING_INTERVAL",
    description:
      "`N` delivers one payload of `N` whole, and of the others what LaunchDarkly's counts rest on: `summary`, `index` and `identify` events. `0` or `1`: everything.",
  }),
  inlineUsers: refused(flag, "it has no effect any more; remove this setting", {
    variable: "EVENTS_INLINE_USERS",
    off: false,
  }),
});
