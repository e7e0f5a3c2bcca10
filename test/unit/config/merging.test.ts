import { describe, expect, it } from "vitest";
import { readConfiguration } from "../../../shared/config/configuration.ts";
import { configurationOf, ONE_ENVIRONMENT, problemsOf, readValid } from "./reading.ts";

describe("without anything but an environment", () => {
  it("everything has its default", () => {
    expect(configurationOf(ONE_ENVIRONMENT)).toEqual({
      main: {
        streamUri: "https://stream.launchdarkly.com",
        baseUri: "https://sdk.launchdarkly.com",
        clientSideBaseUri: "https://clientsdk.launchdarkly.com",
        exitOnError: false,
        exitAlways: false,
        ignoreConnectionErrors: false,
        host: undefined,
        port: 8030,
        initTimeoutMs: 10_000,
        heartbeatIntervalMs: 30_000,
        clientStreams: "ping",
        pingStreamJitterTimeMs: 1_000,
        maxClientConnectionTimeMs: 0,
        maxClientRequestBodyBytes: 5 * 1024 ** 2,
        idleConnectionTimeoutMs: 70 * 60_000,
        disconnectedStatusTimeMs: 60_000,
        drainDelayMs: 3_000,
        drainTimeMs: 4_000,
        shutdownTimeoutMs: 10_000,
        logLevel: "info",
        dataDir: "./ld-relay-data",
      },
      redis: undefined,
      events: {
        eventsUri: "https://events.launchdarkly.com",
        sendEvents: false,
        flushIntervalMs: 5_000,
        capacity: 1_000,
        capacityIsGiven: false,
        merge: false,
        maxBatchBytes: 1024 ** 2,
        maxInboundPayloadBytes: 10 * 1024 ** 2,
        maxQueueBytes: 1024 ** 3,
        maxQueueShare: 0.5,
        samplingInterval: 0,
        holdTimeMs: 8000,
        compress: true,
        maxAgeMs: 24 * 3600_000,
        retryMaxDelayMs: 5 * 60_000,
        parkMaxDelayMs: 15 * 60_000,
        redis: undefined,
      },
      admin: { host: "localhost", port: undefined },
      metrics: { prefix: "launchdarkly_relay" },
      outbound: { proxies: { noProxy: "" }, trusted: [] },
      environments: [
        {
          id: "Production",
          name: "Production",
          credentials: { sdkKey: "sdk-production" },
          prefix: "launchdarkly",
          ttlMs: 0,
          allowedOrigins: [],
          allowedHeaders: [],
          secureMode: false,
        },
      ],
    });
  });

  it("variables alone are enough, and do the same as a file", () => {
    const fromVariables = readConfiguration({ variables: { LD_ENV_Production: "sdk-production" } });
    expect(fromVariables).toMatchObject({ kind: "valid", configuration: configurationOf(ONE_ENVIRONMENT) });
  });
});

it("reads every setting of an environment", () => {
  const text = `[Environment "A"]
sdkKey = s
mobileKey = m
envId = e
prefix = p
allowedOrigin = https://a.example, https://b.example
allowedOrigin = https://c.example
allowedHeader = X-One,X-Two
secureMode = true
logLevel = DEBUG
ttl = 5m
`;
  const environment = {
    id: "A",
    name: "A",
    credentials: { sdkKey: "s", mobileKey: "m", envId: "e" },
    prefix: "p",
    ttlMs: 300_000,
    allowedOrigins: ["https://a.example", "https://b.example", "https://c.example"],
    allowedHeaders: ["X-One", "X-Two"],
    secureMode: true,
    logLevel: "debug",
  };
  expect(configurationOf(text).environments).toEqual([environment]);
  const variables = {
    LD_ENV_A: "s",
    LD_MOBILE_KEY_A: "m",
    LD_CLIENT_SIDE_ID_A: "e",
    LD_PREFIX_A: "p",
    LD_ALLOWED_ORIGIN_A: "https://a.example,https://b.example,https://c.example",
    LD_ALLOWED_HEADER_A: "X-One,X-Two",
    LD_SECURE_MODE_A: "1",
    LD_LOG_LEVEL_A: "debug",
    LD_TTL_A: "5m",
  };
  expect(configurationOf("", variables).environments).toEqual([environment]);
});

it("takes every global variable", () => {
  const configuration = configurationOf(ONE_ENVIRONMENT, {
    STREAM_URI: "http://s/",
    BASE_URI: "http://b",
    CLIENT_SIDE_BASE_URI: "http://c",
    EXIT_ON_ERROR: "1",
    EXIT_ALWAYS: "yes",
    IGNORE_CONNECTION_ERRORS: "TRUE",
    PORT: "1",
    INIT_TIMEOUT: "2s",
    HEARTBEAT_INTERVAL: "0",
    MAX_CLIENT_CONNECTION_TIME: "3s",
    MAX_CLIENT_REQUEST_BODY_SIZE: "13KiB",
    IDLE_CONNECTION_TIMEOUT: "6s",
    DISCONNECTED_STATUS_TIME: "4s",
    DRAIN_DELAY: "7s",
    DRAIN_TIME: "8s",
    GRACEFUL_SHUTDOWN_TIMEOUT: "5s",
    LOG_LEVEL: "none",
    DATA_DIR: "/data",
    EVENTS_HOST: "http://e",
    USE_EVENTS: "true",
    EVENTS_FLUSH_INTERVAL: "6s",
    EVENTS_CAPACITY: "7",
    EVENTS_MERGE: "true",
    EVENTS_MAX_BATCH_BYTES: "512B",
    EVENTS_MAX_INBOUND_PAYLOAD_SIZE: "8B",
    EVENTS_MAX_QUEUE_BYTES: "12MiB",
    EVENTS_MAX_QUEUE_SHARE: ".25",
    EVENTS_SAMPLING_INTERVAL: "9",
    EVENTS_MAX_AGE: "10s",
    EVENTS_RETRY_MAX_DELAY: "11ms",
    EVENTS_PARK_MAX_DELAY: "12s",
    EVENTS_REDIS_URL: "rediss://u:p@events.example/3",
    ADMIN_HOST: "0.0.0.0",
    ADMIN_PORT: "0",
    USE_PROMETHEUS: "true",
    PROMETHEUS_PREFIX: "pre",
    USE_REDIS: "true",
    REDIS_HOST: "r",
    REDIS_PORT: "10",
    REDIS_DB: "11",
    REDIS_TLS: "1",
    REDIS_USERNAME: "u",
    REDIS_PASSWORD: "p",
    CACHE_TTL: "-1s",
  });
  expect(configuration).toMatchObject({
    main: {
      streamUri: "http://s",
      baseUri: "http://b",
      clientSideBaseUri: "http://c",
      exitOnError: true,
      exitAlways: true,
      ignoreConnectionErrors: true,
      port: 1,
      initTimeoutMs: 2_000,
      heartbeatIntervalMs: 0,
      maxClientConnectionTimeMs: 3_000,
      maxClientRequestBodyBytes: 13 * 1024,
      idleConnectionTimeoutMs: 6_000,
      disconnectedStatusTimeMs: 4_000,
      drainDelayMs: 7_000,
      drainTimeMs: 8_000,
      shutdownTimeoutMs: 5_000,
      logLevel: "none",
      dataDir: "/data",
    },
    redis: { kind: "tcp", host: "r", port: 10, db: 11, tls: true, username: "u", password: "p" },
    events: {
      eventsUri: "http://e",
      sendEvents: true,
      flushIntervalMs: 6_000,
      capacity: 7,
      merge: true,
      maxBatchBytes: 512,
      maxInboundPayloadBytes: 8,
      maxQueueBytes: 12 * 1024 ** 2,
      maxQueueShare: 0.25,
      samplingInterval: 9,
      maxAgeMs: 10_000,
      retryMaxDelayMs: 11,
      parkMaxDelayMs: 12_000,
      redis: {
        kind: "tcp",
        host: "events.example",
        port: 6379,
        tls: true,
        db: 3,
        username: "u",
        password: "p",
      },
    },
    admin: { host: "0.0.0.0", port: 0 },
    metrics: { prefix: "pre" },
  });
});

describe("file and variables", () => {
  it("complete each other before anything is checked", () => {
    const { environments } = configurationOf('[Environment "A"]\nprefix = p', {
      LD_ENV_A: "k",
      LD_TTL_A: "1m",
    });
    expect(environments).toMatchObject([{ credentials: { sdkKey: "k" }, prefix: "p", ttlMs: 60_000 }]);
  });

  it("differ: the variable wins, and an empty one leaves things as they are", () => {
    const text = `[Main]\nport = 1\nexitOnError = true\n${ONE_ENVIRONMENT}`;
    const { main, environments } = configurationOf(text, {
      PORT: "2",
      EXIT_ON_ERROR: "",
      LD_ENV_Production: "other",
    });
    expect(main).toMatchObject({ port: 2, exitOnError: true });
    expect(environments).toMatchObject([{ credentials: { sdkKey: "other" } }]);
  });

  it("give a list: the variable's replaces the file's", () => {
    const text = `${ONE_ENVIRONMENT}allowedOrigin = https://a\nallowedOrigin = https://b`;
    const { environments } = configurationOf(text, { LD_ALLOWED_ORIGIN_Production: "https://c" });
    expect(environments[0]?.allowedOrigins).toEqual(["https://c"]);
  });

  it("give the base URI: the client-side one follows whichever wins", () => {
    const uri = (variables: Record<string, string>): string =>
      configurationOf(ONE_ENVIRONMENT, variables).main.clientSideBaseUri;
    expect(uri({ BASE_URI: "http://private/" })).toBe("http://private");
    expect(uri({ BASE_URI: "http://private", CLIENT_SIDE_BASE_URI: "http://c" })).toBe("http://c");
    expect(uri({ BASE_URI: "https://app.launchdarkly.com" })).toBe("https://clientsdk.launchdarkly.com");
  });

  it("name environments: both kinds count, in that order", () => {
    const { environments } = configurationOf(ONE_ENVIRONMENT, {
      "LD_ENV_My Test": "k",
      LD_ENV___proto__: "l",
    });
    expect(environments.map(({ id }) => id)).toEqual(["Production", "My Test", "__proto__"]);
  });

  it("ignores variables of environments that nobody has named, and those that are none of ours", () => {
    expect(
      problemsOf(ONE_ENVIRONMENT, { LD_TTL_Other: "nonsense", LD_MOBILE_KEY_Other: "m", HOME: "/" }),
    ).toEqual([]);
  });
});

describe("a file", () => {
  it("does not care for case, hyphens and underscores, except in names of environments", () => {
    const text =
      '[MAIN]\nHEART-beat_interval = 1s\n[environment "A"]\nsdk_key = a\n[ENVIRONMENT "a"]\nSDKKEY = b';
    const { main, environments } = configurationOf(text);
    expect(main.heartbeatIntervalMs).toBe(1_000);
    expect(environments.map(({ name }) => name)).toEqual(["A", "a"]);
  });

  it("takes the last of several values, and sections that come again", () => {
    const text = `[Main]\nport = 1\n${ONE_ENVIRONMENT}[main]\nport = 2\n[environment "Production"]\nttl = 1s`;
    const { main, environments } = configurationOf(text);
    expect(main.port).toBe(2);
    expect(environments).toMatchObject([{ credentials: { sdkKey: "sdk-production" }, ttlMs: 1_000 }]);
  });

  it("takes a boolean's key alone for true", () => {
    expect(configurationOf(`[Main]\nexitAlways\n${ONE_ENVIRONMENT}`).main.exitAlways).toBe(true);
  });

  it.each(["eu.prod", "__proto__", "constructor"])("may call an environment %s", (name) => {
    expect(configurationOf(`[Environment "${name}"]\nsdkKey = k`).environments).toMatchObject([{ id: name }]);
  });
});

describe("Redis", () => {
  const redis = (text: string, variables: Record<string, string> = {}) =>
    configurationOf(`${ONE_ENVIRONMENT}[Redis]\n${text}`, variables).redis;
  const localhost = { kind: "tcp", host: "localhost", port: 6379, tls: false, db: 0 };

  it.each([
    ["", undefined],
    ["password = p\ntls = true\ndb = 1", undefined],
    ["enabled = true", localhost],
    ["host = h", { ...localhost, host: "h" }],
    ["port = 1", { ...localhost, port: 1 }],
    ["host = h\nenabled = false", undefined],
    ["url = redis://h:1/2", { ...localhost, host: "h", port: 1, db: 2 }],
    ["url = redis://h\ntls = true\ndb = 3", { ...localhost, host: "h", tls: true, db: 3 }],
    ["url = rediss://h\ntls = false", { ...localhost, host: "h", tls: true }],
    [
      "url = redis://u:p@h\nusername = v\npassword = q",
      { ...localhost, host: "h", username: "v", password: "q" },
    ],
    ["url = unix:///s.sock\npassword = p\ndb = 4", { kind: "unix", path: "/s.sock", db: 4, password: "p" }],
  ])("comes from the file: case %#", (text, place) => {
    expect(redis(text)).toEqual(place);
  });

  it.each([
    ["", { USE_REDIS: "1" }, localhost],
    ["", { USE_REDIS: "1", REDIS_URL: "redis://h" }, { ...localhost, host: "h" }],
    ["", { USE_REDIS: "1", REDIS_PORT: "tcp://10.0.0.1:7" }, { ...localhost, host: "10.0.0.1", port: 7 }],
    ["", { USE_REDIS: "1", REDIS_PORT: "tcp://[::1]:7" }, { ...localhost, host: "::1", port: 7 }],
    ["", { REDIS_HOST: "h", REDIS_PORT: "tcp://10.0.0.1:7", REDIS_PASSWORD: "p" }, undefined],
    ["host = h\nport = 1", { REDIS_PORT: "2" }, { ...localhost, host: "h", port: 2 }],
    ["host = h\nport = 1", { REDIS_HOST: "g" }, { ...localhost, host: "g", port: 1 }],
    ["host = h\nport = 1", { REDIS_URL: "redis://g" }, { ...localhost, host: "g" }],
    ["host = h", { USE_REDIS: "0" }, undefined],
    ["enabled = true", { REDIS_PORT: "tcp://10.0.0.1:7" }, { ...localhost, host: "10.0.0.1", port: 7 }],
    ["host = h", { REDIS_PORT: "tcp://10.0.0.1:7" }, { ...localhost, host: "h" }],
    ["port = 1", { USE_REDIS: "1", REDIS_PORT: "tcp://10.0.0.1:7" }, { ...localhost, port: 1 }],
    ["url = redis://h", { REDIS_PORT: "tcp://10.0.0.1:7" }, { ...localhost, host: "h" }],
    [
      "",
      { USE_REDIS: "1", REDIS_URL: "redis://h:1", REDIS_PORT: "tcp://10.0.0.1:7" },
      { ...localhost, host: "h", port: 1 },
    ],
    ["", { USE_REDIS: "1", REDIS_HOST: "h", REDIS_PORT: "tcp://10.0.0.1:7" }, { ...localhost, host: "h" }],
  ])("comes from variables: case %#", (text, variables, place) => {
    expect(redis(text, variables)).toEqual(place);
  });

  it("is not in two places, wherever they are named", () => {
    const conflict = [expect.stringContaining("please specify Redis URL or host/port, but not both")];
    expect(problemsOf(`${ONE_ENVIRONMENT}[Redis]\nurl = redis://h`, { REDIS_PORT: "1" })).toEqual(conflict);
    const variables = { USE_REDIS: "1", REDIS_URL: "redis://h", REDIS_HOST: "g" };
    expect(problemsOf(ONE_ENVIRONMENT, variables)).toEqual(conflict);
  });

  it("needs a port behind tcp://", () => {
    expect(problemsOf(ONE_ENVIRONMENT, { USE_REDIS: "1", REDIS_PORT: "tcp://h" })).toEqual([
      "REDIS_PORT: must be a port, or tcp:// with a host and a port",
    ]);
  });

  it("does without details of a Redis that nobody names, and says so", () => {
    expect(readValid(`${ONE_ENVIRONMENT}[Redis]\npassword = p\ntls = true`).warnings).toEqual([
      "relay.conf, line 4: [Redis] password: has no effect without a url, host or port of Redis",
      "relay.conf, line 5: [Redis] tls: has no effect without a url, host or port of Redis",
    ]);
  });

  it("says so when it is configured but not used", () => {
    expect(readValid(ONE_ENVIRONMENT, { REDIS_HOST: "h", REDIS_PORT: "1" }).notices).toContain(
      "REDIS_HOST, REDIS_PORT: not used, because Redis is not enabled; set USE_REDIS=true",
    );
    expect(readValid(`[Redis]\nhost = h\n${ONE_ENVIRONMENT}`, { USE_REDIS: "false" }).notices).toContain(
      "relay.conf, line 2: not used, because Redis is disabled",
    );
  });
});

describe("what Kubernetes and Docker set for other services", () => {
  it.each([
    "PORT",
    "ADMIN_PORT",
    "PROMETHEUS_PORT",
    "REDIS_PORT",
    "REDIS_HOST",
    "REDIS_URL",
    "EVENTS_HOST",
    "BASE_URI",
    "USE_REDIS",
    "LD_ENV_Other",
    "LD_TTL_Production",
    "PROXY_URL",
    "USE_CONSUL",
  ])("is no setting as %s=tcp://…, and a notice says so", (variable) => {
    for (const link of ["tcp://10.0.0.1:8030", "udp://10.0.0.1:53"]) {
      const { configuration, notices } = readValid(ONE_ENVIRONMENT, { [variable]: link });
      expect(configuration).toEqual(configurationOf(ONE_ENVIRONMENT));
      if (variable !== "USE_CONSUL")
        expect(notices).toContain(
          `${variable}: not used, because Kubernetes and Docker set tcp://… for a service of that name`,
        );
    }
  });

  it("is nothing to speak of under other names", () => {
    const { notices } = readValid(ONE_ENVIRONMENT, {
      KUBERNETES_PORT: "tcp://10.0.0.1:443",
      REDIS_PORT_6379_TCP: "tcp://10.0.0.1:6379",
    });
    expect(notices).toEqual(readValid(ONE_ENVIRONMENT).notices);
  });
});

describe("names of environments that differ only in case or in what stands between words", () => {
  it("are a hint where a variable makes one beside the file's", () => {
    const { configuration, warnings } = readValid('[Environment "pre prod"]\nsdkKey = k', {
      LD_ENV_PRE_PROD: "l",
    });
    expect(configuration.environments).toHaveLength(2);
    expect(warnings).toEqual([
      'LD_ENV_PRE_PROD: makes an environment "PRE_PROD" beside [Environment "pre prod"], because names count as they are written; for that one write LD_ENV_pre prod',
    ]);
  });

  it("are a hint beside the problem that they cause", () => {
    const result = readConfiguration({
      file: { name: "relay.conf", text: '[Environment "dev"]\nprefix = p' },
      variables: { LD_ENV_DEV: "k" },
    });
    expect(result).toMatchObject({
      kind: "invalid",
      problems: ['relay.conf, line 1: SDK key is required for environment "dev"'],
      warnings: [expect.stringContaining('LD_ENV_DEV: makes an environment "DEV"')],
    });
  });

  it("are a hint where a variable belongs to an environment that does not exist", () => {
    const { warnings } = readValid('[Environment "dev"]\nsdkKey = k', {
      LD_MOBILE_KEY_DEV: "m",
      LD_TTL_other: "x",
    });
    expect(warnings).toEqual([
      'LD_MOBILE_KEY_DEV: not used, because no environment is called "DEV"; for [Environment "dev"] write LD_MOBILE_KEY_dev',
      'LD_TTL_other: not used, because no environment is called "other"; LD_ENV_other would make one',
    ]);
  });

  it("are no concern where both are in the file", () => {
    expect(readValid('[Environment "a"]\nsdkKey = k\n[Environment "A"]\nsdkKey = l').warnings).toEqual([]);
  });
});
