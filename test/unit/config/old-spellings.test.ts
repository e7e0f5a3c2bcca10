import { describe, expect, it } from "vitest";
import { FIRST_RELAY } from "../../support/configurations/first-relay.ts";
import { configurationOf, ONE_ENVIRONMENT, problemsOf, readValid } from "./reading.ts";

describe("the first relay's example", () => {
  it("means what it meant then", () => {
    expect(configurationOf(FIRST_RELAY)).toMatchObject({
      main: {
        streamUri: "https://stream.launchdarkly.com",
        baseUri: "https://sdk.launchdarkly.com",
        clientSideBaseUri: "https://clientsdk.launchdarkly.com",
        exitOnError: false,
        ignoreConnectionErrors: true,
        heartbeatIntervalMs: 15_000,
      },
      redis: { kind: "tcp", host: "localhost", port: 6379 },
      events: { sendEvents: true, flushIntervalMs: 5_000, samplingInterval: 0, capacity: 10_000 },
      environments: [
        {
          id: "Spree Project Production",
          credentials: { sdkKey: "SPREE_PROD_API_KEY" },
          prefix: "launchdarkly-spree-project-production",
        },
        {
          id: "Spree Project Test",
          credentials: { sdkKey: "SPREE_TEST_API_KEY" },
          prefix: "launchdarkly-spree-project-test",
        },
      ],
    });
  });

  it("can be pointed elsewhere by variables alone", () => {
    const variables = {
      STREAM_URI: "http://127.0.0.1:1",
      BASE_URI: "http://127.0.0.1:2",
      EVENTS_HOST: "http://127.0.0.1:3",
      REDIS_PORT: "4",
      PORT: "5",
    };
    expect(configurationOf(FIRST_RELAY, variables)).toMatchObject({
      main: { streamUri: "http://127.0.0.1:1", baseUri: "http://127.0.0.1:2", port: 5 },
      redis: { kind: "tcp", host: "localhost", port: 4 },
      events: { eventsUri: "http://127.0.0.1:3" },
    });
  });

  it("logs one line for each old spelling, and for each prefix", () => {
    expect(readValid(FIRST_RELAY).notices).toEqual([
      "relay.conf, line 4: baseUri = https://app.launchdarkly.com is an old spelling, write baseUri = https://sdk.launchdarkly.com",
      "relay.conf, line 7: heartbeatIntervalSecs = 15 is an old spelling, write heartbeatInterval = 15s",
      "relay.conf, line 10: apiKey = ..._KEY is an old spelling, write sdkKey = ..._KEY",
      "relay.conf, line 13: apiKey = ..._KEY is an old spelling, write sdkKey = ..._KEY",
      "relay.conf, line 18: localTtl = 30000 is an old spelling, write localTtl = 30000ms",
      "relay.conf, line 23: flushIntervalSecs = 5 is an old spelling, write flushInterval = 5s",
      '[Environment "Spree Project Production"] has the prefix "launchdarkly-spree-project-production" in Redis, which follows from its name and from what else is configured: renamed, or with another environment beside it, it has another, and what waits under this one stays there. Set prefix to keep it',
      '[Environment "Spree Project Test"] has the prefix "launchdarkly-spree-project-test" in Redis, which follows from its name and from what else is configured: renamed, or with another environment beside it, it has another, and what waits under this one stays there. Set prefix to keep it',
    ]);
  });
});

describe("old spellings", () => {
  it("of a TTL count minutes", () => {
    const { configuration, notices } = readValid(`${ONE_ENVIRONMENT}TTL-Minutes = 5\nprefix = p`);
    expect(configuration.environments[0]?.ttlMs).toBe(300_000);
    expect(notices).toEqual(["relay.conf, line 3: TTL-Minutes = 5 is an old spelling, write ttl = 5m"]);
  });

  it("of variables work too, and name the new one", () => {
    const { configuration, notices } = readValid("", {
      "LD_ENV_My Test": "k",
      "LD_PREFIX_My Test": "p",
      "LD_TTL_MINUTES_My Test": "5",
      USE_REDIS: "1",
      REDIS_TTL: "1000",
    });
    expect(configuration.environments[0]?.ttlMs).toBe(300_000);
    expect(notices).toEqual([
      "LD_TTL_MINUTES_My Test = 5 is an old spelling, write LD_TTL_My Test = 5m",
      "REDIS_TTL = 1000 is an old spelling, write CACHE_TTL = 1000ms",
    ]);
  });

  it("of variables that were seconds are taken as such", () => {
    const { configuration, notices } = readValid(ONE_ENVIRONMENT, {
      HEARTBEAT_INTERVAL: "15",
      EVENTS_FLUSH_INTERVAL: "5",
    });
    expect(configuration.main.heartbeatIntervalMs).toBe(15_000);
    expect(configuration.events.flushIntervalMs).toBe(5_000);
    expect(notices).toEqual(
      expect.arrayContaining([
        "HEARTBEAT_INTERVAL = 15 is an old spelling, write HEARTBEAT_INTERVAL = 15s",
        "EVENTS_FLUSH_INTERVAL = 5 is an old spelling, write EVENTS_FLUSH_INTERVAL = 5s",
      ]),
    );
  });

  it.each([
    ["pre-", "pre_"],
    ["my.app", "my_app"],
    ["9lives", "_9lives"],
  ])("of a prefix of metrics become what Prometheus allows: %s", (prefix, current) => {
    const { configuration, notices } = readValid(`[Prometheus]\nprefix = ${prefix}\n${ONE_ENVIRONMENT}`);
    expect(configuration.metrics.prefix).toBe(current);
    expect(notices).toContain(
      `relay.conf, line 2: prefix = ${prefix} is an old spelling, write prefix = ${current}`,
    );
  });

  it("give way to today's where both are set", () => {
    const variables = { LD_TTL_MINUTES_Production: "5", LD_TTL_Production: "1s" };
    expect(configurationOf(ONE_ENVIRONMENT, variables).environments[0]?.ttlMs).toBe(1_000);
  });

  it("are the only ones that take a number without a unit", () => {
    expect(problemsOf(`[Main]\nheartbeatInterval = 15\n${ONE_ENVIRONMENT}[Redis]\nlocalTtl = 15`)).toEqual([
      'relay.conf, line 2: [Main] heartbeatInterval: not a valid duration: it needs a unit; did you mean "15s"?',
    ]);
  });

  it("are named as written when their value is wrong", () => {
    expect(problemsOf(`[Main]\nheartbeatIntervalSecs = soon\n${ONE_ENVIRONMENT}`)).toEqual([
      expect.stringContaining("line 2: [Main] heartbeatIntervalSecs: not a valid duration"),
    ]);
  });
});
