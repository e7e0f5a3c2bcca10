import * as z from "zod";
import { bareSeconds, currentBaseUri, secondsAs } from "../old-spellings.ts";
import { duration, waitingTime } from "../values/duration.ts";
import { flag, port } from "../values/number.ts";
import { size } from "../values/size.ts";
import { clientStreamContent, hostType, logLevel, text, tlsVersion } from "../values/text.ts";
import { serviceUri } from "../values/uri.ts";
import { valueType } from "../values/value-type.ts";
import { ineffective, refused, setting, settingWithDefault } from "./setting.ts";

const bodySize = valueType(
  size.traits.name,
  size.schema.refine((bytes) => bytes > 0, "must be greater than zero"),
);

const WITHOUT_TLS = "it has no effect without [Main] tlsEnabled";
const SLOW_CLIENTS = "it has no effect: a client that does not read for 30 s is always cut off";
const BIG_SEGMENTS = "it has no effect: big segments are not supported yet";

export const DEFAULT_BASE_URI = "https://sdk.launchdarkly.com";

/** `[Main]`: what concerns the relay as a whole. */
export const mainSettings = z.object({
  streamUri: settingWithDefault(serviceUri, "https://stream.launchdarkly.com", {
    variable: "STREAM_URI",
    description: "LaunchDarkly's streaming service.",
  }),
  baseUri: settingWithDefault(serviceUri, DEFAULT_BASE_URI, {
    variable: "BASE_URI",
    description: "LaunchDarkly's polling service.",
    old: { value: currentBaseUri },
  }),
  clientSideBaseUri: setting(serviceUri, {
    variable: "CLIENT_SIDE_BASE_URI",
    unset: "`https://clientsdk.launchdarkly.com`, or `baseUri` if that is not the default",
    description: "LaunchDarkly's service for browsers.",
  }),
  exitOnError: settingWithDefault(flag, "false", {
    variable: "EXIT_ON_ERROR",
    description:
      "Exit with 1 if an environment has no data after `initTimeout`; an ingestor and all-in-one exit as soon as an SDK key is rejected. A forwarder ignores it.",
  }),
  exitAlways: settingWithDefault(flag, "false", {
    variable: "EXIT_ALWAYS",
    description: "Fill Redis once, then exit.",
  }),
  ignoreConnectionErrors: settingWithDefault(flag, "false", {
    variable: "IGNORE_CONNECTION_ERRORS",
    description: "With `exitOnError`: keep running if Redis has the environment's data.",
  }),
  host: setting(hostType("not a valid host name or address"), {
    variable: "LISTEN_HOST",
    unset: "every address, IPv4 and IPv6",
    description:
      "The address of this machine at which SDKs connect. `0.0.0.0` and `::` are every one, IPv4 and IPv6; `localhost` is `127.0.0.1`. The variable is not called `HOST`, because platforms set that for reasons of their own.",
  }),
  port: settingWithDefault(port, "8030", {
    variable: "PORT",
    description: "The port for SDKs.",
  }),
  initTimeout: settingWithDefault(waitingTime, "10s", {
    variable: "INIT_TIMEOUT",
    description:
      "How long a start waits for the first data. The relay keeps trying afterwards, see `exitOnError`.",
  }),
  heartbeatInterval: settingWithDefault(waitingTime, "30s", {
    variable: "HEARTBEAT_INTERVAL",
    description:
      "How often idle streams get a heartbeat, so that nothing in between closes them. `0`: never.",
    old: { keys: [secondsAs("heartbeatIntervalSecs")], variableValue: bareSeconds },
  }),
  clientStreams: settingWithDefault(clientStreamContent, "ping", {
    variable: "CLIENT_STREAMS",
    description:
      "The content of streams for mobile SDKs and browsers. `ping`: a ping when flags have changed, after which the SDK requests " +
      "its results. `values`: the results that have changed for its context, evaluated here; no requests follow. Streams " +
      "that do not name a context (`/ping`, `/mping`) always carry pings.",
  }),
  pingStreamJitterTime: settingWithDefault(waitingTime, "1s", {
    variable: "PING_STREAM_JITTER_TIME",
    description:
      "The time over which the pings for one change are spread, so that clients do not " +
      "all request their results at once. Changes within that time are one ping. `0`: all at once.",
  }),
  maxClientConnectionTime: settingWithDefault(waitingTime, "0", {
    variable: "MAX_CLIENT_CONNECTION_TIME",
    description:
      "Streams older than this are closed, so that their SDKs spread over all edges again. `0`: never.",
  }),
  maxClientRequestBodySize: settingWithDefault(bodySize, "5MiB", {
    variable: "MAX_CLIENT_REQUEST_BODY_SIZE",
    description:
      "The largest context accepted in the body of a request. For contexts in URLs the limit is 1 MiB for URL and headers together.",
  }),
  idleConnectionTimeout: settingWithDefault(waitingTime, "70m", {
    variable: "IDLE_CONNECTION_TIMEOUT",
    description:
      "How long a client's connection may wait for its next request. Keep it above the idle timeout of the load balancer " +
      "(60 s to an hour), so that the edge never closes first. `0`: no limit.",
  }),
  disconnectedStatusTime: settingWithDefault(waitingTime, "1m", {
    variable: "DISCONNECTED_STATUS_TIME",
    description: "How long upstream may be interrupted before `/status` calls an environment disconnected.",
  }),
  drainDelay: settingWithDefault(waitingTime, "3s", {
    variable: "DRAIN_DELAY",
    description:
      "Edge and all-in-one: how long after SIGTERM new connections are still accepted, while `/readyz` says 503. Give a load " +
      "balancer time to notice: its check interval times the failures that it waits for.",
  }),
  drainTime: settingWithDefault(waitingTime, "4s", {
    variable: "DRAIN_TIME",
    description:
      "Edge and all-in-one: the time after `drainDelay` over which streams are ended evenly, so that their SDKs do not all " +
      "connect again at once.",
  }),
  gracefulShutdownTimeout: settingWithDefault(waitingTime, "10s", {
    variable: "GRACEFUL_SHUTDOWN_TIMEOUT",
    description:
      "How long a stop may take in all; then the process exits with 1. `drainDelay` and `drainTime` shrink in proportion " +
      "where they exceed seven tenths of it.",
  }),
  logLevel: settingWithDefault(logLevel, "info", {
    variable: "LOG_LEVEL",
    description: "The lowest level to log: `debug`, `info`, `warn`, `error`, or `none` at all.",
  }),
  dataDir: settingWithDefault(text, "./ld-relay-data", {
    variable: "DATA_DIR",
    description: "Where the private Redis keeps its data; used only when no Redis is configured.",
  }),
  tlsEnabled: refused(
    flag,
    "TLS towards SDKs is not supported yet; terminate it at a load balancer, and remove this setting",
    { variable: "TLS_ENABLED", off: false },
  ),
  tlsCert: ineffective(text, WITHOUT_TLS, { variable: "TLS_CERT" }),
  tlsKey: ineffective(text, WITHOUT_TLS, { variable: "TLS_KEY" }),
  tlsMinVersion: ineffective(tlsVersion, WITHOUT_TLS, { variable: "TLS_MIN_VERSION" }),
  bigSegmentsStaleAsDegraded: ineffective(flag, BIG_SEGMENTS, { variable: "BIG_SEGMENTS_STALE_AS_DEGRADED" }),
  bigSegmentsStaleThreshold: ineffective(duration, BIG_SEGMENTS, {
    variable: "BIG_SEGMENTS_STALE_THRESHOLD",
  }),
  expiredCredentialCleanupInterval: ineffective(
    duration,
    "it has no effect: only with auto-configuration, which is not supported yet, do keys expire",
    { variable: "EXPIRED_CREDENTIAL_CLEANUP_INTERVAL" },
  ),
  clientWriteMinBytesPerSecond: ineffective(text, SLOW_CLIENTS, {
    variable: "CLIENT_WRITE_MIN_BYTES_PER_SECOND",
  }),
  clientWriteSlack: ineffective(duration, SLOW_CLIENTS, { variable: "CLIENT_WRITE_SLACK" }),
  clientWriteMaxTime: ineffective(duration, SLOW_CLIENTS, { variable: "CLIENT_WRITE_MAX_TIME" }),
  disableInternalUsageMetrics: ineffective(flag, "it has no effect: usage metrics are never sent", {
    variable: "DISABLE_INTERNAL_USAGE_METRICS",
  }),
});
