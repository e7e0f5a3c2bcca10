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

  it.each([
    "AUTO_CONFIG_KEY",
    "ENV_DATASTORE_PREFIX",
    "FILE_DATA_SOURCE",
    "TLS_CERT",
    "TLS_KEY",
    "PROXY_URL",
    "PROXY_AUTH_USER",
    "PROXY_CA_CERTS",
    "LD_FILTER_KEYS_project",
    "LD_TABLE_NAME_Production",
    "LD_PROJ_KEY_Production",
  ])("are an error when %s is set", (variable) => {
    expect(problemsOf(ONE_ENVIRONMENT, { [variable]: "x" })).toEqual([
      expect.stringMatching(new RegExp(`^${variable}: .* not (supported yet|served)`)),
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
      host: "127.0.0.1",
      port: 0,
    });
    const both = `${ONE_ENVIRONMENT}[Prometheus]\nport = 9000\n[Admin]\nport = 9000`;
    expect(configurationOf(both).admin.port).toBe(9000);
  });

  it("warns who relied on metrics being open to everybody", () => {
    const prometheus = `[Prometheus]\nenabled = true\n${ONE_ENVIRONMENT}`;
    expect(readValid(prometheus).notices).toContain(
      "relay.conf, line 2: metrics are served on 127.0.0.1 only; [Admin] host opens them to others",
    );
    expect(readValid(prometheus, { ADMIN_HOST: "0.0.0.0" }).notices).toHaveLength(1);
  });
});
