import { foldName } from "../names.ts";

/** A whole section of the original for which there is something else here. */
export interface RetiredSection {
  readonly title: string;
  /** The setting that turns it on in the original; left out: any of them does something. */
  readonly enabledBy?: string;
  /** The variable that turns it on in the original. */
  readonly enabledByVariable?: string;
  /** Whether it is an error where it is turned on, because silence would hurt; else it is a warning. */
  readonly refused: boolean;
  /** What there is instead, behind the section's or the variable's name. Settings in it are named as in a file. */
  readonly why: string;
  /** Every setting of it and its variable, if it has one of its own; `DATADOG_TAG_` is followed by a name. */
  readonly settings: Readonly<Record<string, string | undefined>>;
}

const OTHER_STORE =
  "is not served: flag data are kept in Redis; set [Redis] url, point SDKs in daemon mode there, and remove it";
const PULLED =
  "is not served any more: collect /metrics of the admin port ([Admin] host, [Admin] port) with the agent, or with an " +
  "OpenTelemetry collector that passes it on by OTLP";

/** Every section of any release of the original that has no section of the same name here. */
export const RETIRED_SECTIONS: readonly RetiredSection[] = [
  {
    title: "DynamoDB",
    enabledBy: "enabled",
    enabledByVariable: "USE_DYNAMODB",
    refused: true,
    why: `DynamoDB ${OTHER_STORE}`,
    settings: {
      enabled: "USE_DYNAMODB",
      tableName: "DYNAMODB_TABLE",
      url: "DYNAMODB_URL",
      localTtl: undefined,
    },
  },
  {
    title: "Consul",
    enabledBy: "host",
    enabledByVariable: "USE_CONSUL",
    refused: true,
    why: `Consul ${OTHER_STORE}`,
    settings: {
      enabled: "USE_CONSUL",
      host: "CONSUL_HOST",
      token: "CONSUL_TOKEN",
      tokenFile: "CONSUL_TOKEN_FILE",
      localTtl: undefined,
    },
  },
  {
    title: "Datadog",
    enabledBy: "enabled",
    enabledByVariable: "USE_DATADOG",
    refused: false,
    why: `Datadog ${PULLED}`,
    settings: {
      enabled: "USE_DATADOG",
      prefix: "DATADOG_PREFIX",
      traceAddr: "DATADOG_TRACE_ADDR",
      statsAddr: "DATADOG_STATS_ADDR",
      tag: "DATADOG_TAG_",
    },
  },
  {
    title: "Stackdriver",
    enabledBy: "enabled",
    enabledByVariable: "USE_STACKDRIVER",
    refused: false,
    why: `Stackdriver ${PULLED}`,
    settings: {
      enabled: "USE_STACKDRIVER",
      prefix: "STACKDRIVER_PREFIX",
      projectID: "STACKDRIVER_PROJECT_ID",
    },
  },
  {
    title: "OpenTelemetry",
    enabledBy: "enabled",
    enabledByVariable: "USE_OTLP",
    refused: false,
    why:
      "nothing is pushed by OTLP yet: let an OpenTelemetry collector scrape /metrics of the admin port " +
      "([Admin] host, [Admin] port); logs are JSON lines on stdout, and there are no traces",
    // Its other variables are the platform's OTEL_….
    settings: {
      enabled: "USE_OTLP",
      protocol: undefined,
      tracesExporter: undefined,
      metricsExporter: undefined,
      logsExporter: undefined,
      metricsCardinalityLimit: undefined,
      environmentStatusMetrics: undefined,
    },
  },
  {
    title: "Http",
    refused: false,
    why:
      "it has no effect: connections to LaunchDarkly are few and kept, and answers are not compressed, which a load " +
      "balancer can do; for clients' connections there is [Main] idleConnectionTimeout",
    settings: {
      enableCompression: "HTTP_ENABLE_COMPRESSION",
      idleConnTimeout: "HTTP_IDLE_CONN_TIMEOUT",
      maxIdleConns: "HTTP_MAX_IDLE_CONNS",
      maxIdleConnsPerHost: "HTTP_MAX_IDLE_CONNS_PER_HOST",
      disableKeepAlives: "HTTP_DISABLE_KEEPALIVE",
    },
  },
  {
    title: "Concurrency",
    refused: false,
    why:
      "it has no effect: an edge encodes its data once for all SDKs, sends them in slices, and cuts clients off that do " +
      "not read",
    settings: {
      maxConcurrent: "INIT_MAX_CONCURRENT",
      maxQueued: "INIT_MAX_QUEUED",
      sendTimeout: "INIT_SEND_TIMEOUT",
    },
  },
];

export function findRetiredSection(name: string): RetiredSection | undefined {
  return RETIRED_SECTIONS.find(({ title }) => foldName(title) === foldName(name));
}
