import { describe, expect, it } from "vitest";
import { describeConfiguration } from "../../../shared/config/describe.ts";
import { readValid } from "./reading.ts";

const TEXT = `[Main]
port = 9000
heartbeatIntervalSecs = 15
[Environment "Production"]
sdkKey = sdk-11111111-secret
mobileKey = mob-22222222-secret
allowedOrigin = https://a.example
[Redis]
url = redis://user:secret@redis.example:6380/1
password = secret
[Prometheus]
port = 9001
`;

function describedLines(variables: Record<string, string> = {}): string[] {
  const { effective } = readValid(TEXT, variables);
  return describeConfiguration(effective)
    .split("\n")
    .map((line) => line.replace(/ +/g, " ").trim());
}

describe("the effective configuration", () => {
  it("says of every value where it comes from", () => {
    const lines = describedLines({ LOG_LEVEL: "debug", BASE_URI: "http://private" });
    expect(lines).toEqual(
      expect.arrayContaining([
        "[Main]",
        "port = 9000 # relay.conf, line 2",
        "heartbeatInterval = 15s # relay.conf, line 3",
        "logLevel = debug # LOG_LEVEL",
        "initTimeout = 10s # default",
        "clientSideBaseUri = http://private # as baseUri",
        '[Environment "Production"]',
        "sdkKey = ...cret # relay.conf, line 5",
        "envId = # not set: no browser SDKs",
        "prefix = launchdarkly # computed",
        "enabled = true # whether there is a url, host or port",
        "url = redis://(hidden)@redis.example:6380/1 # relay.conf, line 9",
        "password = (hidden) # relay.conf, line 10",
        "port = 9001 # as [Prometheus] port",
      ]),
    );
  });

  it("contains no secret", () => {
    const { effective, notices } = readValid(TEXT, { LD_ENV_Other: "sdk-33333333-secret" });
    expect(JSON.stringify([effective, notices])).not.toMatch(/secret|1111|2222|3333/);
  });

  it("leaves out what is not served", () => {
    expect(describedLines().join("\n")).not.toMatch(/tlsEnabled|AutoConfig|ntlmAuth/);
  });
});
