import { rootCertificates } from "node:tls";
import { describe, expect, it } from "vitest";
import { type ConfigurationResult, readConfiguration } from "../../../shared/config/configuration.ts";
import { EVERY_SETTING } from "../../support/configurations/every-setting.ts";

const ENVIRONMENT = '[Environment "shop"]\nsdkKey = sdk-shop\n';
const readFile = () => rootCertificates[0] ?? "";
const file = (text: string) => readConfiguration({ file: { name: "f", text }, readFile });
const variables = (given: Record<string, string>) =>
  readConfiguration({ variables: { LD_ENV_shop: "sdk-shop", ...given }, readFile });

/** All that is said, and where every value comes from. */
function allLines(result: ConfigurationResult): string[] {
  if (result.kind === "invalid") return [...result.problems, ...result.warnings];
  const sources = result.effective.map(({ source }) => source);
  return [...sources, ...result.warnings, ...result.notices];
}
const warningsOf = (given: Record<string, string>) => {
  const result = variables(given);
  return result.warnings;
};
const problemsOf = (result: ConfigurationResult) => (result.kind === "invalid" ? result.problems : []);

describe("every setting of every release of the original", () => {
  it.each(EVERY_SETTING.filter(({ key }) => key !== undefined))(
    "[$section] $key is served, or something is said of it",
    ({ section, key, value }) => {
      const header = section === "Environment" || section === "Filters" ? `${section} "shop"` : section;
      const isKey = key === "sdkKey" || key === "apiKey";
      const result = file(`[${header}]\n${key} = ${value}\n${isKey ? "" : ENVIRONMENT}`);
      const lines = allLines(result);
      expect(lines.join("\n")).not.toContain("misspelled");
      expect(lines.some((line) => /^f, line [12]\b/.test(line))).toBe(true);
    },
  );

  it.each(EVERY_SETTING.filter(({ variable }) => variable !== undefined))(
    "$variable is served, or something is said of it",
    ({ variable = "", value }) => {
      const name = variable.endsWith("_") ? `${variable}shop` : variable;
      const lines = allLines(variables({ [name]: value }));
      expect(lines.some((line) => line.split(/[:,] |$/).includes(name))).toBe(true);
    },
  );
});

describe("sections for something else", () => {
  it.each(["Datadog", "Stackdriver"])("start with a warning about OTLP and /metrics: %s", (title) => {
    const inFile = file(`[${title}]\nenabled = true\nprefix = p\n${ENVIRONMENT}`);
    expect(inFile).toMatchObject({ kind: "valid" });
    expect(inFile.warnings).toEqual([expect.stringMatching(/^f, line 1: .*\/metrics.*\[Admin\] host.*OTLP/)]);
    const upper = title.toUpperCase();
    const given = { [`USE_${upper}`]: "1", [`${upper}_PREFIX`]: "p" };
    expect(warningsOf(given)).toEqual([
      expect.stringMatching(
        new RegExp(`^USE_${upper}, ${upper}_PREFIX: .*/metrics.*ADMIN_HOST, ADMIN_PORT.*OTLP`),
      ),
    ]);
  });

  it("are an error that says what to do where flags would be missing", () => {
    expect(problemsOf(file(`[Consul]\nhost = c\n${ENVIRONMENT}`))).toEqual([
      expect.stringMatching(/^f, line 1: \[Consul\]: .*\[Redis\] url/),
    ]);
    expect(problemsOf(variables({ USE_CONSUL: "1", CONSUL_HOST: "c" }))).toEqual([
      expect.stringMatching(/^USE_CONSUL: .*REDIS_URL/),
    ]);
  });

  it("say so where they are not turned on, and still tell a misspelling", () => {
    expect(warningsOf({ DATADOG_TAG_team: "a", USE_DATADOG: "false" })).toEqual([
      "DATADOG_TAG_team: it has no effect, as in the original without USE_DATADOG",
    ]);
    expect(problemsOf(file(`[Http]\nenableCompresion = true\n${ENVIRONMENT}`))).toEqual([
      expect.stringContaining('did you mean "enableCompression"'),
    ]);
  });

  it("name settings in the words of who reads it", () => {
    expect(warningsOf({ TLS_CERT: "/c" })).toEqual(["TLS_CERT: it has no effect without TLS_ENABLED"]);
    expect(file(`[Main]\ntlsCert = /c\n${ENVIRONMENT}`).warnings).toEqual([
      "f, line 2: [Main] tlsCert: it has no effect without [Main] tlsEnabled",
    ]);
    expect(problemsOf(variables({ PROXY_AUTH_NTLM: "true" }))).toEqual([
      expect.stringMatching(/PROXY_URL.*PROXY_AUTH_USER/),
    ]);
  });
});

describe("variables that look like ours and are not", () => {
  it.each([
    ["EVENTS_URI", "EVENTS_HOST"],
    ["SEND_EVENTS", "USE_EVENTS"],
    ["CORS_ALLOW_ORIGIN", "LD_ALLOWED_ORIGIN_NAME"],
    ["LD_ENVIRONMENT_KEY", "LD_ENV_NAME"],
    ["LAUNCHDARKLY_SDK_KEY", "LD_ENV_NAME"],
    ["LD_SDK_KEY_shop", "LD_ENV_shop"],
    ["LD_MOBILE_KEY", "LD_MOBILE_KEY_NAME"],
    ["LD_STREAM_URI", "STREAM_URI"],
    ["MAIN_PORT", "PORT"],
    ["BIND_ADDRESS", "LISTEN_HOST"],
    ["REDIS_LOCAL_TTL", "CACHE_TTL"],
    ["PROXY_USER", "PROXY_AUTH_USER"],
    ["AUTOCONFIG_KEY", "AUTO_CONFIG_KEY"],
    ["HEARTBEAT_INTERVALS", "HEARTBEAT_INTERVAL"],
  ])("are a warning with the right name: %s", (name, right) => {
    expect(warningsOf({ [name]: "x" })).toEqual([
      `${name}: is no variable of the relay, and not used; write ${right}`,
    ]);
  });

  it.each([
    "PATH",
    "HOME",
    "USER",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "NODE_ENV",
    "PORTS",
    "REDIS_SERVICE_HOST",
    "BASE_URL",
    "KEY",
  ])("are not those of others: %s", (name) => expect(warningsOf({ [name]: "x" })).toEqual([]));

  it("and links of Kubernetes are none of them", () => {
    expect(warningsOf({ EVENTS_URI: "tcp://10.0.0.1:80", RELAY_PORT: "tcp://10.0.0.1:80" })).toEqual([]);
  });

  it("may begin as the key of an environment does", () => {
    expect(variables({ LD_ENV_ID_shop: "id" }).warnings).toContain(
      'LD_ENV_ID_shop: makes an environment "ID_shop"; for [Environment "shop"] write LD_CLIENT_SIDE_ID_shop',
    );
  });

  it("are a warning where a link would have been the Redis that is meant", () => {
    expect(warningsOf({ USE_REDIS: "1", REDIS_URL: "tcp://redis:6379" })).toEqual([
      expect.stringMatching(/^REDIS_URL: not used, .* redis:\/\/$/),
    ]);
  });

  it("are a notice where platforms set them: HOST", () => {
    expect(variables({ HOST: "0.0.0.0" })).toMatchObject({
      kind: "valid",
      configuration: { main: { host: undefined } },
      notices: expect.arrayContaining([expect.stringMatching(/^HOST: not used, .*LISTEN_HOST$/)]),
    });
  });

  it("may be about an environment that nobody knows", () => {
    expect(warningsOf({ LD_TTL_MINUTES_other: "1", LD_PREFIX_Shop: "p" })).toEqual([
      'LD_TTL_MINUTES_other: not used, because no environment is called "other"; LD_ENV_other would make one',
      'LD_PREFIX_Shop: not used, because no environment is called "Shop"; for [Environment "shop"] write LD_PREFIX_shop',
    ]);
  });
});
