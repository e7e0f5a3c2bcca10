import type { LogLevel } from "../base/logger.ts";
import type { GivenSection } from "./given.ts";
import type { Problems } from "./problems.ts";
import { readSectionValues } from "./section-values.ts";
import { DEFAULT_BASE_URI, mainSettings } from "./settings/main.ts";

/** What concerns the relay as a whole. */
export interface MainSettings {
  /** The services of LaunchDarkly, without a trailing slash. */
  readonly streamUri: string;
  readonly baseUri: string;
  readonly clientSideBaseUri: string;
  readonly exitOnError: boolean;
  readonly exitAlways: boolean;
  readonly ignoreConnectionErrors: boolean;
  /** The address where SDKs connect to; undefined: every one. */
  readonly host: string | undefined;
  /** The port for SDKs. */
  readonly port: number;
  /** 0: do not wait. */
  readonly initTimeoutMs: number;
  /** 0: no heartbeats. */
  readonly heartbeatIntervalMs: number;
  /** What streams of mobile SDKs and browsers carry. */
  readonly clientStreams: "ping" | "values";
  /** 0: all pings at once. */
  readonly pingStreamJitterTimeMs: number;
  /** 0: streams may grow as old as they like. */
  readonly maxClientConnectionTimeMs: number;
  /** What a mobile SDK or a browser may send in the body of a request for flags. */
  readonly maxClientRequestBodyBytes: number;
  /** 0: connections may be idle for as long as they like. */
  readonly idleConnectionTimeoutMs: number;
  readonly disconnectedStatusTimeMs: number;
  readonly drainDelayMs: number;
  readonly drainTimeMs: number;
  readonly shutdownTimeoutMs: number;
  readonly logLevel: LogLevel;
  /** As configured: relative to where the relay was started. */
  readonly dataDir: string;
}

const DEFAULT_CLIENT_SIDE_BASE_URI = "https://clientsdk.launchdarkly.com";

/** The values of `[Main]`. */
export function readMainSettings(given: GivenSection, problems: Problems): MainSettings {
  const values = readSectionValues(mainSettings, given, problems);
  const clientSide = clientSideBaseUriFor(values.baseUri);
  given.derived.set("clientSideBaseUri", clientSide);
  return {
    streamUri: values.streamUri,
    baseUri: values.baseUri,
    clientSideBaseUri: values.clientSideBaseUri ?? clientSide.value,
    exitOnError: values.exitOnError,
    exitAlways: values.exitAlways,
    ignoreConnectionErrors: values.ignoreConnectionErrors,
    host: values.host === undefined ? undefined : listenAddress(values.host),
    port: values.port,
    initTimeoutMs: values.initTimeout,
    heartbeatIntervalMs: values.heartbeatInterval,
    clientStreams: values.clientStreams,
    pingStreamJitterTimeMs: values.pingStreamJitterTime,
    maxClientConnectionTimeMs: values.maxClientConnectionTime,
    maxClientRequestBodyBytes: values.maxClientRequestBodySize,
    idleConnectionTimeoutMs: values.idleConnectionTimeout,
    disconnectedStatusTimeMs: values.disconnectedStatusTime,
    drainDelayMs: values.drainDelay,
    drainTimeMs: values.drainTime,
    shutdownTimeoutMs: values.gracefulShutdownTimeout,
    logLevel: values.logLevel,
    dataDir: values.dataDir,
  };
}

/** Every address is what is listened at without a host, in IPv4 and IPv6; a name may stand for several, of which one is meant. */
function listenAddress(host: string): string | undefined {
  if (host === "0.0.0.0" || host === "::") return undefined;
  return host === "localhost" ? "127.0.0.1" : host;
}

/** Who has a polling service of their own has it for browsers too (R4.5). */
function clientSideBaseUriFor(baseUri: string): { value: string; source: string } {
  return baseUri === DEFAULT_BASE_URI
    ? { value: DEFAULT_CLIENT_SIDE_BASE_URI, source: "default" }
    : { value: baseUri, source: "as baseUri" };
}
