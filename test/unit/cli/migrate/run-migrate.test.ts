import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { runMigrate } from "../../../../services/cli/migrate/run-migrate.ts";
import { type Configuration, readConfiguration } from "../../../../shared/config/configuration.ts";
import { removeFolder, tempFolder } from "../../../support/temp-folder.ts";

const OLD = `# ours
[main]
baseUri = https://app.launchdarkly.com
heartbeatIntervalSecs = 15
port = 8030
port = 9000
tlsMinVersion = 1.2
[redis]
host = localhost
localTtl = 30000
password = "a;b#c\\"d\\\\"
[environment "Spree \\"Prod\\""]
apiKey = "sdk-secret-12345"
ttlMinutes = 5
allowedOrigin = https://a.example
allowedOrigin = https://b.example,https://c.example
`;

interface Given {
  readonly text?: string;
  readonly variables?: Record<string, string>;
  readonly folder?: string;
}

function migrate({ text, variables, folder = "" }: Given, options: { into?: string; force?: boolean } = {}) {
  const file = text === undefined ? undefined : { name: join(folder, "old.conf"), text };
  const result = readConfiguration({ ...(file && { file }), ...(variables && { variables }) });
  const lines: string[] = [];
  const exitCode = runMigrate(
    { write: folder !== "", force: options.force ?? false, ...(options.into && { into: options.into }) },
    { file, variables: Object.keys(variables ?? {}), from: "here", result },
    { result: (line) => void lines.push(...line.split("\n")), progress: () => undefined },
  );
  return { exitCode, lines };
}
const folderOfTest = (): string => {
  const folder = tempFolder();
  onTestFinished(() => removeFolder(folder));
  return folder;
};
const configurationOf = (input: Parameters<typeof readConfiguration>[0]): Configuration => {
  const result = readConfiguration(input);
  if (result.kind === "invalid") throw new Error(result.problems.join("\n"));
  return result.configuration;
};

describe("the report", () => {
  it("says line by line what stays, what changes and what goes, without a secret", () => {
    const { exitCode, lines } = migrate({ text: OLD });
    expect(exitCode).toBe(0);
    const verdicts = lines
      .filter((line) => line.startsWith("old.conf"))
      .map((line) => line.replace(/ {2,}/g, " | "));
    expect(verdicts).toEqual([
      expect.stringMatching(
        /^old.conf, line 3 \| changes \| .*write baseUri = https:\/\/sdk.launchdarkly.com$/,
      ),
      expect.stringMatching(/^old.conf, line 4 \| changes \| .*write heartbeatInterval = 15s$/),
      "old.conf, line 5 | goes | [main] port = 8030; old.conf, line 6 replaces it",
      "old.conf, line 6 | stays | [main] port = 9000",
      "old.conf, line 7 | goes | [main] tlsMinVersion = 1.2; it has no effect without [Main] tlsEnabled",
      "old.conf, line 9 | stays | [redis] host = localhost",
      expect.stringMatching(/^old.conf, line 10 \| changes \| .*write localTtl = 30000ms$/),
      "old.conf, line 11 | stays | [redis] password = (hidden)",
      expect.stringMatching(/^old.conf, line 13 \| changes \| .*apiKey = ...2345/),
      expect.stringMatching(/^old.conf, line 14 \| changes \| .*write ttl = 5m$/),
      expect.stringMatching(/^old.conf, line 15 \| stays/),
      expect.stringMatching(/^old.conf, line 16 \| stays/),
    ]);
    expect(lines.join("\n")).not.toMatch(/sdk-secret|a;b/);
  });

  it("says it of variables, in their words", () => {
    const variables = {
      LD_ENV_x: "sdk-secret-12345",
      HEARTBEAT_INTERVAL: "15",
      EVENTS_URI: "u",
      USE_DATADOG: "1",
      PATH: "p",
    };
    const { lines } = migrate({ variables });
    const text = lines.join("\n");
    expect(text).toMatch(/^HEARTBEAT_INTERVAL +changes .*HEARTBEAT_INTERVAL = 15s$/m);
    expect(text).toMatch(/^LD_ENV_x +stays/m);
    expect(text).toMatch(/^EVENTS_URI +goes .*write EVENTS_HOST$/m);
    expect(text).toMatch(/^USE_DATADOG +goes .*\/metrics.*ADMIN_PORT/m);
    expect(text).not.toMatch(/PATH|sdk-secret/);
  });

  it("ends in failure as long as something must be dealt with", () => {
    const { exitCode, lines } = migrate({ text: "[Consul]\nhost = c\n[Main]\nport = x\n" });
    expect(exitCode).toBe(1);
    const text = lines.join("\n");
    expect(text).toMatch(/^old.conf, line 2 +to do .*\[Redis\] url/m);
    expect(text).toMatch(/^old.conf, line 4 +to do .*not a valid integer/m);
    expect(text).toMatch(/^to do +you must specify at least one environment/m);
  });
});

describe("the new file", () => {
  it("means the same as the old one, in today's spelling, and is nobody else's to read", () => {
    const folder = folderOfTest();
    migrate({ text: OLD, folder });
    const path = join(folder, "old.conf.new");
    const text = readFileSync(path, "utf8");
    expect(statSync(path).mode & 0o077).toBe(0);
    expect(configurationOf({ file: { name: "new", text } })).toEqual(
      configurationOf({ file: { name: "old", text: OLD } }),
    );
    const again = readConfiguration({ file: { name: "new", text } });
    expect(again.warnings).toEqual([]);
    expect(again.notices.filter((notice) => notice.includes("old spelling"))).toEqual([]);
    expect(text).toMatch(/^# left out: \[main\] tlsMinVersion = 1.2 .*tlsEnabled$/m);
  });

  it("says what a file and variables say together", () => {
    const folder = folderOfTest();
    const variables = { USE_REDIS: "1", REDIS_PORT: "tcp://10.0.0.1:6379", LD_PREFIX_a: "p", PORT: "9001" };
    const text = '[Main]\nport = 9000\n[Environment "a"]\nsdkKey = k\n';
    migrate({ text, variables, folder }, { into: join(folder, "both.conf") });
    const made = readFileSync(join(folder, "both.conf"), "utf8");
    expect(configurationOf({ file: { name: "new", text: made } })).toEqual(
      configurationOf({ file: { name: "old", text }, variables }),
    );
  });

  it("has what is left to do as comments, and can be read", () => {
    const folder = folderOfTest();
    const text = '[Consul]\nhost = c\n[Main]\nport = x\nlogLevel = debug\n[Environment "a"]\nsdkKey = k\n';
    expect(migrate({ text, folder }).lines.at(-1)).toContain("TO DO");
    const made = readFileSync(join(folder, "old.conf.new"), "utf8");
    expect(made.match(/^# TO DO: .*$/gm)).toHaveLength(2);
    expect(configurationOf({ file: { name: "new", text: made } }).main).toMatchObject({
      port: 8030,
      logLevel: "debug",
    });
  });

  it("overwrites nothing unless it must", () => {
    const folder = folderOfTest();
    const into = join(folder, "mine.conf");
    writeFileSync(into, "mine");
    expect(() => migrate({ text: OLD, folder }, { into })).toThrow("--force");
    expect(readFileSync(into, "utf8")).toBe("mine");
    migrate({ text: OLD, folder }, { into, force: true });
    expect(readFileSync(into, "utf8")).toContain("[Main]");
  });
});
