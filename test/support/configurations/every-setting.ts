/** A setting of any release of the original, from the first to 9.0. */
export interface OriginalSetting {
  readonly section: string;
  /** Left out: there is only a variable. */
  readonly key?: string;
  /** Left out: there is only a key. */
  readonly variable?: string;
  /** A value that a configuration may have. */
  readonly value: string;
}

/** `section`, then `key variable value`, each `-` where there is none; values have no blanks. */
const TABLE = `
Main
  streamUri STREAM_URI https://stream.example
  baseUri BASE_URI https://app.launchdarkly.com
  clientSideBaseUri CLIENT_SIDE_BASE_URI https://client.example
  exitOnError EXIT_ON_ERROR true
  exitAlways EXIT_ALWAYS true
  ignoreConnectionErrors IGNORE_CONNECTION_ERRORS true
  port PORT 9000
  initTimeout INIT_TIMEOUT 5s
  heartbeatInterval HEARTBEAT_INTERVAL 15
  heartbeatIntervalSecs - 15
  maxClientConnectionTime MAX_CLIENT_CONNECTION_TIME 1h
  maxClientRequestBodySize MAX_CLIENT_REQUEST_BODY_SIZE 1MiB
  disconnectedStatusTime DISCONNECTED_STATUS_TIME 2m
  gracefulShutdownTimeout GRACEFUL_SHUTDOWN_TIMEOUT 20s
  pingStreamJitterTime PING_STREAM_JITTER_TIME 2s
  clientWriteMinBytesPerSecond CLIENT_WRITE_MIN_BYTES_PER_SECOND 1000
  clientWriteSlack CLIENT_WRITE_SLACK 5s
  clientWriteMaxTime CLIENT_WRITE_MAX_TIME 1m
  tlsEnabled TLS_ENABLED true
  tlsCert TLS_CERT /cert.pem
  tlsKey TLS_KEY /key.pem
  tlsMinVersion TLS_MIN_VERSION 1.2
  logLevel LOG_LEVEL debug
  bigSegmentsStaleAsDegraded BIG_SEGMENTS_STALE_AS_DEGRADED true
  bigSegmentsStaleThreshold BIG_SEGMENTS_STALE_THRESHOLD 5m
  expiredCredentialCleanupInterval EXPIRED_CREDENTIAL_CLEANUP_INTERVAL 1m
  disableInternalUsageMetrics DISABLE_INTERNAL_USAGE_METRICS true
  - LD_TRACE_LOG_BIG_SEGMENTS true
  - STREAMING_MIN_DELAY 1s
AutoConfig
  key AUTO_CONFIG_KEY rel-x
  cacheKey AUTO_CONFIG_CACHE_KEY c
  cacheEncryptionKey AUTO_CONFIG_CACHE_ENCRYPTION_KEY c
  envDatastorePrefix ENV_DATASTORE_PREFIX p-$CID
  envDatastoreTableName ENV_DATASTORE_TABLE_NAME t-$CID
  envAllowedOrigin ENV_ALLOWED_ORIGIN https://a.example
  envAllowedHeader ENV_ALLOWED_HEADER x-a
OfflineMode
  fileDataSource FILE_DATA_SOURCE /archive.tar.gz
  fileDataSourceMonitoringInterval FILE_DATA_SOURCE_MONITORING_INTERVAL 1s
  envDatastorePrefix - p
  envDatastoreTableName - t
  envAllowedOrigin - https://a.example
  envAllowedHeader - x-a
Events
  eventsUri EVENTS_HOST https://events.example
  sendEvents USE_EVENTS true
  - EVENTS_SEND true
  flushInterval EVENTS_FLUSH_INTERVAL 5s
  flushIntervalSecs - 5
  samplingInterval EVENTS_SAMPLING_INTERVAL 2
  capacity EVENTS_CAPACITY 1000
  metricsCapacity EVENTS_METRICS_CAPACITY 10000
  inlineUsers EVENTS_INLINE_USERS true
  maxInboundPayloadSize EVENTS_MAX_INBOUND_PAYLOAD_SIZE 1MiB
Redis
  host REDIS_HOST redis.example
  port REDIS_PORT 6380
  url REDIS_URL redis://redis.example
  tls REDIS_TLS true
  username REDIS_USERNAME me
  password REDIS_PASSWORD word
  localTtl CACHE_TTL 30s
  - REDIS_TTL 30000
  - USE_REDIS true
  caFile REDIS_CA_FILE /ca.pem
  clientCertificateFile REDIS_CLIENT_CERT_FILE /cert.pem
  clientKeyFile REDIS_CLIENT_KEY_FILE /key.pem
  atomicUpsert REDIS_ATOMIC_UPSERT true
  connectTimeout REDIS_CONNECT_TIMEOUT 5s
  readTimeout REDIS_READ_TIMEOUT 5s
  AWSAuth - true
  AWSRegion - eu-west-1
  AWSServerless - true
  AWSCacheName - cache
DynamoDB
  enabled USE_DYNAMODB true
  tableName DYNAMODB_TABLE t
  url DYNAMODB_URL http://dynamodb:8000
  localTtl - 30s
Consul
  host CONSUL_HOST consul.example
  - USE_CONSUL true
  token CONSUL_TOKEN t
  tokenFile CONSUL_TOKEN_FILE /token
  localTtl - 30s
Environment
  sdkKey LD_ENV_ sdk-other
  apiKey - sdk-other
  mobileKey LD_MOBILE_KEY_ mob-x
  envId LD_CLIENT_SIDE_ID_ id
  prefix LD_PREFIX_ p
  tableName LD_TABLE_NAME_ t
  allowedOrigin LD_ALLOWED_ORIGIN_ https://a.example
  allowedHeader LD_ALLOWED_HEADER_ x-a
  secureMode LD_SECURE_MODE_ true
  logLevel LD_LOG_LEVEL_ debug
  ttl LD_TTL_ 1m
  ttlMinutes LD_TTL_MINUTES_ 1
  projKey LD_PROJ_KEY_ p
  insecureSkipVerify - true
  filterKey - f
  offline - true
Filters
  keys LD_FILTER_KEYS_ a,b
Proxy
  url PROXY_URL http://proxy:3128
  ntlmAuth PROXY_AUTH_NTLM true
  user PROXY_AUTH_USER me
  password PROXY_AUTH_PASSWORD word
  domain PROXY_AUTH_DOMAIN CORP
  caCertFiles PROXY_CA_CERTS /ca.pem
Http
  enableCompression HTTP_ENABLE_COMPRESSION true
  idleConnTimeout HTTP_IDLE_CONN_TIMEOUT 30s
  maxIdleConns HTTP_MAX_IDLE_CONNS 10
  maxIdleConnsPerHost HTTP_MAX_IDLE_CONNS_PER_HOST 10
  disableKeepAlives HTTP_DISABLE_KEEPALIVE true
Concurrency
  maxConcurrent INIT_MAX_CONCURRENT 10
  maxQueued INIT_MAX_QUEUED 10
  sendTimeout INIT_SEND_TIMEOUT 2m
OpenTelemetry
  enabled USE_OTLP true
  protocol - grpc
  tracesExporter - none
  metricsExporter - otlp
  logsExporter - none
  metricsCardinalityLimit - 2000
  environmentStatusMetrics - true
Datadog
  enabled USE_DATADOG true
  prefix DATADOG_PREFIX p
  traceAddr DATADOG_TRACE_ADDR agent:8126
  statsAddr DATADOG_STATS_ADDR agent:8125
  tag DATADOG_TAG_ team:a
Stackdriver
  enabled USE_STACKDRIVER true
  prefix STACKDRIVER_PREFIX p
  projectID STACKDRIVER_PROJECT_ID p
Prometheus
  enabled USE_PROMETHEUS true
  prefix PROMETHEUS_PREFIX p
  port PROMETHEUS_PORT 9999
`;

/** Every setting and variable that any release of the original knew. */
export const EVERY_SETTING: readonly OriginalSetting[] = readTable(TABLE);

function readTable(table: string): OriginalSetting[] {
  let section = "";
  return table
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => {
      if (!line.startsWith(" ")) {
        section = line;
        return [];
      }
      const [key = "-", variable = "-", value = ""] = line.trim().split(" ");
      return [{ section, ...(key !== "-" && { key }), ...(variable !== "-" && { variable }), value }];
    });
}
