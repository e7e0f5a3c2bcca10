import { describe, expect, it } from "vitest";
import { configurationOf, ONE_ENVIRONMENT, problemsOf, readValid } from "./reading.ts";

describe("messages that operators know from the original", () => {
  it.each([
    ["", "you must specify at least one environment in your configuration"],
    ['[Environment "A"]', 'SDK key is required for environment "A"'],
    [
      `${ONE_ENVIRONMENT}[Redis]\nurl = redis://h\nport = 1`,
      "please specify Redis URL or host/port, but not both",
    ],
    [`${ONE_ENVIRONMENT}[Redis]\nhost = a/b`, "invalid Redis hostname"],
    [`${ONE_ENVIRONMENT}[Redis]\nurl = redis://`, "invalid Redis hostname"],
    [
      `${ONE_ENVIRONMENT}[Events]\nmaxInboundPayloadSize = 0B`,
      "max inbound payload size must be greater than zero",
    ],
    [
      `${ONE_ENVIRONMENT}[Events]\nmaxInboundPayloadSize = -1KiB`,
      "max inbound payload size must be greater than zero",
    ],
    [
      `[Main]\nmaxClientRequestBodySize = 0B\n${ONE_ENVIRONMENT}`,
      "maxClientRequestBodySize: must be greater than zero",
    ],
  ])("case %#: %s", (text, message) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(message)]);
  });

  it("begin with the variable where one is at fault", () => {
    expect(problemsOf(ONE_ENVIRONMENT, { EXIT_ON_ERROR: "perhaps", BASE_URI: "x" })).toEqual([
      "BASE_URI: must be an absolute URL/URI",
      expect.stringMatching(/^EXIT_ON_ERROR: not a valid boolean/),
    ]);
    expect(problemsOf("", { LD_ENV_A: "" })).toEqual(['LD_ENV_A: SDK key is required for environment "A"']);
  });
});

describe("features that are not there yet", () => {
  it("may be said to be off", () => {
    const text = `[Main]
tlsEnabled = false
tlsCert =
bigSegmentsStaleAsDegraded = no
disableInternalUsageMetrics = true
${ONE_ENVIRONMENT}secureMode = off
offline = false
[Events]
inlineUsers = false
[AutoConfig]
key = ""
[Proxy]
ntlmAuth = false
[Datadog]
enabled = false
prefix = x
`;
    expect(
      problemsOf(text, { TLS_ENABLED: "0", USE_DYNAMODB: "false", USE_CONSUL: "", AUTO_CONFIG_KEY: "" }),
    ).toEqual([]);
  });

  it.each(["AUTO_CONFIG_KEY", "LD_FILTER_KEYS_project"])("are an error when %s is set", (variable) => {
    expect(problemsOf(ONE_ENVIRONMENT, { [variable]: "x" })).toEqual([
      expect.stringMatching(new RegExp(`^${variable}: .* not (supported yet|served)`)),
    ]);
  });
});

describe("what does nothing in the original either, for whoever does not use its feature", () => {
  const warningsOf = (text: string, variables: Record<string, string> = {}) =>
    readValid(text, variables).warnings;

  it("is a warning that says why, in a file", () => {
    const text = `[Main]
tlsCert = /cert.pem
tlsKey = /key.pem
tlsMinVersion = 1.2
bigSegmentsStaleAsDegraded = true
bigSegmentsStaleThreshold = 10m
expiredCredentialCleanupInterval = 1m
${ONE_ENVIRONMENT}tableName = t
projKey = p
[Events]
inlineUsers = true
[Redis]
host = h
[Proxy]
user = u
password = p
domain = d
[DynamoDB]
tableName = t
url = http://dynamo
[Consul]
token = t
[Datadog]
prefix = x
tag = a:b
[Stackdriver]
enabled = false
projectID = p
`;
    expect(warningsOf(text)).toEqual([
      "relay.conf, line 20: [DynamoDB] has no effect, as in the original without enabled",
      "relay.conf, line 23: [Consul] has no effect, as in the original without host",
      "relay.conf, line 25: [Datadog] has no effect, as in the original without enabled",
      "relay.conf, line 28: [Stackdriver] has no effect, as in the original without enabled",
      "relay.conf, line 17: [Proxy] user: it has no effect, because no url names a proxy",
      "relay.conf, line 18: [Proxy] password: it has no effect, because no url names a proxy",
      "relay.conf, line 2: [Main] tlsCert: it has no effect without [Main] tlsEnabled",
      "relay.conf, line 3: [Main] tlsKey: it has no effect without [Main] tlsEnabled",
      "relay.conf, line 4: [Main] tlsMinVersion: it has no effect without [Main] tlsEnabled",
      "relay.conf, line 5: [Main] bigSegmentsStaleAsDegraded: it has no effect: big segments are not supported yet",
      "relay.conf, line 6: [Main] bigSegmentsStaleThreshold: it has no effect: big segments are not supported yet",
      "relay.conf, line 7: [Main] expiredCredentialCleanupInterval: it has no effect: only with auto-configuration, which is not supported yet, do keys expire",
      "relay.conf, line 13: [Events] inlineUsers: it has no effect any more",
      'relay.conf, line 10: [Environment "Production"] tableName: it has no effect: it belongs to DynamoDB, and flags are kept in Redis',
      'relay.conf, line 11: [Environment "Production"] projKey: it has no effect without [Filters]',
      "relay.conf, line 19: [Proxy] domain: it has no effect: only NTLM knows domains; where Basic wants one, it is part of [Proxy] user",
    ]);
  });

  it.each([
    ["TLS_CERT", "/cert.pem"],
    ["TLS_KEY", "/key.pem"],
    ["TLS_MIN_VERSION", "1.2"],
    ["BIG_SEGMENTS_STALE_AS_DEGRADED", "1"],
    ["BIG_SEGMENTS_STALE_THRESHOLD", "5m"],
    ["EXPIRED_CREDENTIAL_CLEANUP_INTERVAL", "1m"],
    ["EVENTS_INLINE_USERS", "true"],
    ["PROXY_AUTH_USER", "u"],
    ["PROXY_AUTH_PASSWORD", "p"],
    ["PROXY_AUTH_DOMAIN", "d"],
    ["LD_PROJ_KEY_Production", "p"],
    ["LD_TABLE_NAME_Production", "t"],
  ])("is a warning as %s", (variable, value) => {
    expect(warningsOf(ONE_ENVIRONMENT, { [variable]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${variable}: it has no effect`)),
    ]);
  });

  it("is not even that where it says that something is off", () => {
    expect(warningsOf(ONE_ENVIRONMENT, { EVENTS_INLINE_USERS: "0", USE_DATADOG: "false" })).toEqual([]);
  });
});

describe("where environments come from elsewhere in the original", () => {
  it("AUTO_CONFIG_KEY is the only problem", () => {
    expect(problemsOf("", { AUTO_CONFIG_KEY: "x", ENV_DATASTORE_PREFIX: "p" })).toEqual([
      expect.stringMatching(/^AUTO_CONFIG_KEY: .* not supported yet/),
    ]);
  });
});

describe("two environments", () => {
  it("may have the same text as credentials of different types", () => {
    const text = '[Environment "A"]\nsdkKey = same\n[Environment "B"]\nsdkKey = other\nmobileKey = same';
    expect(problemsOf(text)).toEqual([]);
  });

  it("must not share a mobile key", () => {
    const text = '[Environment "A"]\nsdkKey = a\nmobileKey = m\n[Environment "B"]\nsdkKey = b\nmobileKey = m';
    expect(problemsOf(text)).toEqual([
      'relay.conf, line 4: [Environment "B"] has the same mobile key as [Environment "A"]',
    ]);
  });
});

describe("the admin listener", () => {
  it("takes its port from either section, and the same one from both", () => {
    expect(configurationOf(`${ONE_ENVIRONMENT}[Prometheus]\nport = 9000`).admin.port).toBe(9000);
    expect(configurationOf(`${ONE_ENVIRONMENT}[Admin]\nport = 0`).admin).toEqual({
      host: "localhost",
      port: 0,
    });
    const both = `${ONE_ENVIRONMENT}[Prometheus]\nport = 9000\n[Admin]\nport = 9000`;
    expect(configurationOf(both).admin.port).toBe(9000);
  });

  it("warns who relied on metrics being open to everybody", () => {
    const prometheus = `[Prometheus]\nenabled = true\n${ONE_ENVIRONMENT}`;
    expect(readValid(prometheus).warnings).toEqual([
      "relay.conf, line 2: metrics are served on localhost alone; [Admin] host opens them to others",
    ]);
    expect(readValid(prometheus, { ADMIN_HOST: "0.0.0.0" }).warnings).toEqual([]);
  });
});
