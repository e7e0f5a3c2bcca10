/** Variables of the original without a setting in a file that are of no use here, and why. */
export const RETIRED_VARIABLES: Readonly<Record<string, string>> = {
  EVENTS_SEND:
    "it has no effect since release 6 of the original: [Events] sendEvents alone turns events on and off",
  LD_TRACE_LOG_BIG_SEGMENTS: "it has no effect: [Main] logLevel is all that there is",
  STREAMING_MIN_DELAY: "it has no effect: for pings there is [Main] pingStreamJitterTime",
};

/**
 * Names that no release ever knew and that people write all the same, by the setting that they mean. Those that are made
 * of a setting's own name (`EVENTS_URI`, `SEND_EVENTS`, `LD_SDK_KEY`) need not stand here.
 */
export const MISTAKEN_VARIABLES: Readonly<Record<string, string>> = {
  ...meaning("[Environment] sdkKey", [
    ...["LD_ENVIRONMENT_KEY", "LD_ENVIRONMENT", "LD_API_KEY", "LD_KEY", "ENVIRONMENT_KEY"],
    ...["LAUNCHDARKLY_API_KEY", "LAUNCHDARKLY_KEY", "LD_SERVER_KEY", "LAUNCH_DARKLY_SDK_KEY", "LD_RELAY_KEY"],
  ]),
  ...meaning("[Environment] envId", [
    "CLIENT_SIDE_ID",
    "LD_CLIENT_ID",
    "LD_CLIENTSIDE_ID",
    "LAUNCHDARKLY_CLIENT_ID",
  ]),
  ...meaning("[Environment] allowedOrigin", [
    ...[
      "CORS_ALLOW_ORIGIN",
      "CORS_ALLOWED_ORIGIN",
      "CORS_ALLOWED_ORIGINS",
      "CORS_ALLOW_ORIGINS",
      "CORS_ORIGIN",
    ],
    ...["CORS_ORIGINS", "ALLOWED_ORIGINS", "ALLOW_ORIGIN", "ACCESS_CONTROL_ALLOW_ORIGIN"],
  ]),
  ...meaning("[Environment] allowedHeader", [
    ...[
      "CORS_ALLOW_HEADER",
      "CORS_ALLOW_HEADERS",
      "CORS_ALLOWED_HEADER",
      "CORS_ALLOWED_HEADERS",
      "ALLOWED_HEADERS",
    ],
  ]),
  ...meaning("[Environment] prefix", ["REDIS_PREFIX", "REDIS_KEY_PREFIX", "LD_REDIS_PREFIX"]),
  ...meaning("[Main] host", ["LISTEN_ADDRESS", "LISTEN_ADDR", "BIND_ADDRESS", "BIND_ADDR", "BIND_HOST"]),
  ...meaning("[Main] logLevel", ["LD_LOG_LEVEL", "LOGLEVEL", "LOGGING_LEVEL"]),
  ...meaning("[Events] eventsUri", ["EVENTS_URL", "LD_EVENTS_HOST", "EVENT_HOST"]),
  ...meaning("[Events] sendEvents", ["EVENTS_ENABLED", "ENABLE_EVENTS"]),
  ...meaning("[Main] streamUri", ["STREAM_URL", "STREAM_HOST", "STREAMING_URI"]),
  ...meaning("[Main] baseUri", ["BASE_HOST", "POLLING_URI", "POLL_URI"]),
  ...meaning("[Main] heartbeatInterval", ["HEARTBEAT_INTERVAL_SECS", "HEARTBEAT_SECS"]),
  ...meaning("[Events] flushInterval", ["EVENTS_FLUSH_INTERVAL_SECS", "FLUSH_INTERVAL_SECS"]),
  ...meaning("[Redis] localTtl", ["REDIS_CACHE_TTL", "LOCAL_TTL"]),
  ...meaning("[Redis] url", ["REDIS_URI", "REDIS_CONNECTION_STRING"]),
  ...meaning("[Redis] host", ["REDIS_HOSTNAME", "REDIS_ADDR", "REDIS_SERVER"]),
  ...meaning("[Redis] username", ["REDIS_USER"]),
  ...meaning("[Redis] password", ["REDIS_PASS", "REDIS_AUTH"]),
  ...meaning("[Redis] db", ["REDIS_DATABASE"]),
  ...meaning("[AutoConfig] key", ["LD_AUTO_CONFIG", "AUTO_CONFIG", "AUTOCONFIG_KEY", "RELAY_KEY"]),
  ...meaning("[OfflineMode] fileDataSource", ["OFFLINE_FILE", "OFFLINE_MODE_FILE", "DATA_SOURCE_FILE"]),
  ...meaning("[Proxy] caCertFiles", ["PROXY_CA_CERT", "PROXY_CA_CERT_FILE", "CA_CERTS"]),
  ...meaning("[Proxy] ntlmAuth", ["PROXY_NTLM"]),
  ...meaning("[Main] tlsCert", ["TLS_CERT_FILE", "TLS_CERTIFICATE"]),
  ...meaning("[Main] tlsKey", ["TLS_KEY_FILE", "TLS_PRIVATE_KEY"]),
};

function meaning(setting: string, variables: readonly string[]): Record<string, string> {
  return Object.fromEntries(variables.map((variable) => [variable, setting]));
}
