import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import packageFile from "../../../package.json" with { type: "json" };
import { freePort } from "../../../simulator/free-port.ts";
import { runCommand } from "../../support/command.ts";
import { eventually } from "../../support/eventually.ts";
import { leaks } from "../../support/leaks.ts";
import { freeRelayPorts, startRelay, stopAll } from "../../support/relay-process.ts";
import { removeFolder, tempFolder } from "../../support/temp-folder.ts";

const ONE_ENVIRONMENT = '[Environment "Production"]\nsdkKey = sdk-0123456789abcdef\n';
/** Nothing listens there. */
const NOWHERE = "http://127.0.0.1:9";

afterEach(() => stopAll());

function fileWith(text: string): string {
  const folder = tempFolder();
  onTestFinished(() => removeFolder(folder));
  const file = join(folder, "relay.conf");
  writeFileSync(file, text);
  return file;
}

/** A port that somebody has. */
async function busyPort(host: string): Promise<number> {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  onTestFinished(() => void server.close());
  return port;
}

describe("what only informs", () => {
  it.each(["--version", "-version"])("%s prints the version", async (option) => {
    expect(await runCommand([option])).toEqual({
      code: 0,
      stdout: `LaunchDarkly relay version ${packageFile.version}\n`,
      stderr: "",
    });
  });

  it.each(["--help", "-help", "-h"])("%s prints every role and option", async (option) => {
    const { code, stdout, stderr } = await runCommand([option]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const word of [
      "ingestor",
      "edge",
      "forwarder",
      "check-config",
      "--config",
      "--from-env",
      "--allow-missing-file",
    ])
      expect(stdout).toContain(word);
  });

  it.each([
    [["help"], "events dead replay"],
    [["help", "edge"], "Usage: ld-relay edge [OPTIONS]"],
    [["edge", "--help"], "Usage: ld-relay edge [OPTIONS]"],
    [["events", "--help"], "events dead replay"],
    [["events", "dead", "list", "--help"], "--reason TEXT"],
    [["events", "dead", "show", "3f2a", "-h"], "Usage: ld-relay events dead show [ID ...] [OPTIONS]"],
  ])("%j prints help on stdout", async (args, expected) => {
    const { code, stdout, stderr } = await runCommand(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(expected);
  });

  it.each([
    [["--bogus"], /^Error: .*--bogus.*\n$/],
    [
      ["edgy"],
      /^Error: "edgy" is no command of ld-relay \(ingestor, edge, .*\); did you mean "edge"\? Try ld-relay help\n$/,
    ],
    [["edge", "forwarder"], /^Error: ld-relay edge takes no "forwarder"\. Try ld-relay help edge\n$/],
    [["--config"], /^Error: .*--config.*\n$/],
  ])("%j is refused", async (args, message) => {
    const { code, stdout, stderr } = await runCommand(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(message);
  });
});

describe("the configuration file", () => {
  it.each(["--config FILE", "-config FILE", "--config=FILE", "-config=FILE"])(
    "is named by %s",
    async (option) => {
      const file = fileWith(ONE_ENVIRONMENT);
      const { code, stdout } = await runCommand(["check-config", ...option.replace("FILE", file).split(" ")]);
      expect(code).toBe(0);
      expect(stdout).toContain(`${file}, line 2`);
    },
  );

  it.each(["check-config", "edge"])("that is missing is an error of %s", async (command) => {
    const { code, stderr } = await runCommand([command, "--config", "/nowhere/relay.conf"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error: configuration file "\/nowhere\/relay.conf" does not exist\n/);
  });

  it("is /etc/ld-relay.conf by default", async () => {
    const { stdout, stderr } = await runCommand(["check-config"]);
    expect(stdout + stderr).toContain("/etc/ld-relay.conf");
  });

  it("may be missing with --allow-missing-file, and variables count all the same", async () => {
    const args = ["check-config", "--config", "/nowhere/relay.conf", "--allow-missing-file", "--from-env"];
    expect((await runCommand(args)).stderr).toContain("you must specify at least one environment");
    const { code, stdout } = await runCommand(args, { LD_ENV_Production: "sdk-0123456789abcdef" });
    expect(code).toBe(0);
    expect(stdout).toContain("# LD_ENV_Production");
  });

  it("that cannot be read is an error", async () => {
    const { code, stderr } = await runCommand(["check-config", "--config", "/"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error: cannot read configuration file "\/": /);
  });
});

describe("--config without --from-env", () => {
  const file = (text: string) => ["check-config", "--config", fileWith(text)];

  it("takes nothing from variables, whatever a platform has set, and says so", async () => {
    const { code, stdout } = await runCommand(file(`[Redis]\nhost = redis.example\n${ONE_ENVIRONMENT}`), {
      PORT: "8080",
      USE_REDIS: "1",
      REDIS_PORT: "tcp://10.0.0.1:6379",
      LD_ENV_Test: "sdk-fedcba9876543210",
      LD_PREFIX_Production: "another",
      HTTPS_PROXY: "http://proxy.example",
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}port = 8030 +# default$/m);
    expect(stdout).toMatch(/^ {2}port = 6379 +# default$/m);
    expect(stdout).toMatch(/^ {2}prefix = launchdarkly +# computed$/m);
    expect(stdout).not.toContain('[Environment "Test"]');
    const [, notice = ""] = /^notice: (.*) not read, because --config alone .*--from-env/m.exec(stdout) ?? [];
    expect(notice.replace(":", "").split(", ").toSorted()).toEqual([
      "LD_ENV_Test",
      "LD_PREFIX_Production",
      "PORT",
      "USE_REDIS",
    ]);
  });

  it("says it beside the problem that it may be", async () => {
    const { code, stderr } = await runCommand(file('[Environment "A"]\nprefix = p'), { LD_ENV_A: "sdk-01" });
    expect(code).toBe(1);
    expect(stderr).toContain('SDK key is required for environment "A"');
    expect(stderr).toMatch(/^ {2}warning: LD_ENV_A: not read/m);
  });

  it("reads variables alone where the file is missing and may be", async () => {
    const args = ["check-config", "--config", "/nowhere/relay.conf", "--allow-missing-file"];
    expect((await runCommand(args, { LD_ENV_A: "sdk-01" })).stdout).toContain("# LD_ENV_A");
  });

  it.each([
    [[], (file: string) => `configuration file ${file}`],
    [["--from-env"], (file: string) => `configuration file ${file} plus environment variables`],
  ])("%j: the first line of the log says what is read", async (args, place) => {
    let file = "";
    const relay = await startRelay({
      role: "edge",
      args,
      config: ({ port, adminPort }) =>
        `[Main]\nport = ${port}\n[Admin]\nport = ${adminPort}\n[Redis]\nport = 9\n${ONE_ENVIRONMENT}`,
    });
    const first = await relay.waitForLog(({ message }) => String(message).startsWith("Starting Launch"));
    file = /configuration file (\S+)/.exec(String(first.message))?.[1] ?? "";
    expect(first.message).toBe(
      `Starting LaunchDarkly relay version ${packageFile.version} with ${place(file)}`,
    );
    await relay.stop();
  });
});

describe("a key given as an argument", () => {
  it.each([
    ["--from-env", "LD_ENV_x=sdk-0123456789abcdef"],
    ["--from-env", "sdk-0123456789abcdef"],
    ["edge", "sdk-0123456789abcdef"],
    ["edge", "LD_ENV_x=0123456789abcdef"],
    ["-sdk-0123456789abcdef"],
    ["--sdkKey=sdk-0123456789abcdef"],
    ["events", "status", "mob-0123456789abcdef"],
    ["events", "LD_MOBILE_KEY_x=mob-0123456789abcdef"],
    ["check-config", "redis://user:0123456789abcdef@host"],
  ])("is not repeated: %s %s %s", async (...args) => {
    const { code, stdout, stderr } = await runCommand(args.filter((arg) => arg !== undefined));
    expect(code).toBe(1);
    expect(stdout + stderr).not.toContain("0123456789");
  });

  it("is an error that says where variables belong", async () => {
    const { stderr } = await runCommand(["--from-env", "LD_ENV_x=sdk-0123456789abcdef"]);
    expect(stderr).toBe(
      'Error: "LD_ENV_x=…" is no argument: set variables in front of the command, as in LD_ENV_x=… ld-relay --from-env\n',
    );
  });
});

describe("check-config", () => {
  it("prints every value with its source, and no secret", async () => {
    const file = fileWith(`[Main]
heartbeatIntervalSecs = 15
${ONE_ENVIRONMENT}mobileKey = mob-0123456789abcdef
[Redis]
url = redis://user:url-secret@redis.example:6380/3
`);
    const { code, stdout, stderr } = await runCommand(["check-config", "--config", file, "--from-env"], {
      PORT: "8080",
      LD_ENV_Test: "sdk-fedcba9876543210",
      REDIS_PASSWORD: "variable-secret",
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^ {2}port = 8080 +# PORT$/m);
    expect(stdout).toMatch(/^ {2}heartbeatInterval = 15s +# .*relay.conf, line 2/m);
    expect(stdout).toMatch(/^ {2}initTimeout = 10s +# default$/m);
    expect(stdout).toMatch(/^notice: .*relay.conf, line 2: heartbeatIntervalSecs = 15 is an old spelling/m);
    expect(stdout).toContain('[Environment "Test"]');
    expect(stdout).toContain("redis.example");
    for (const secret of ["0123456789ab", "fedcba987654", "url-secret", "variable-secret"])
      expect(stdout).not.toContain(secret);
  });

  it("prints what the relay itself would complain of", async () => {
    const file = fileWith(`[Main]\nport = 0\n[Redis]\nhost = a b\n${ONE_ENVIRONMENT}`);
    const checked = await runCommand(["check-config", "--config", file]);
    const run = await runCommand(["--config", file]);
    expect([checked.code, checked.stderr]).toEqual([run.code, run.stderr]);
    expect(checked).toEqual({
      code: 1,
      stdout: "",
      stderr: [
        "Error: the configuration cannot be used:",
        `  ${file}, line 2: [Main] port: value must be greater than zero`,
        `  ${file}, line 4: [Redis] host: invalid Redis hostname`,
        "",
      ].join("\n"),
    });
  });
});

describe("a start that cannot succeed", () => {
  /** What a collector of the log sees of it: every line of stdout is JSON. */
  const logOf = (stdout: string) =>
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it("because of the configuration is one line of the log, with every problem", async () => {
    const file = fileWith(`[Main]\nport = 0\n[Redis]\nhost = a b\n${ONE_ENVIRONMENT}`);
    const { code, stdout } = await runCommand(["edge", "--config", file], { LD_ENV_x: "sdk-0" });
    expect(code).toBe(1);
    const lines = logOf(stdout);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: "error",
      event: "config.invalid",
      role: "edge",
      message: expect.stringContaining("[Main] port: value must be greater than zero"),
      problems: [expect.stringContaining("[Main] port"), expect.stringContaining("[Redis] host")],
      warnings: [expect.stringContaining("LD_ENV_x")],
    });
  });

  it.each([
    ["a file that is missing", ["--config", "/nowhere/relay.conf"], /does not exist/],
    ["a role without a Redis", ["edge", "--from-env"], /needs a Redis/],
  ])("because of %s is a line of the log", async (_, args, why) => {
    const { code, stdout, stderr } = await runCommand(args, { LD_ENV_x: "sdk-0" });
    expect(code).toBe(1);
    expect(logOf(stdout).at(-1)).toMatchObject({
      level: "error",
      event: "process.start_failed",
      message: expect.stringMatching(why),
    });
    expect(stderr).toMatch(why);
  });

  it("because of a busy port says so in the last line of the log", async () => {
    const port = await busyPort("127.0.0.1");
    const args = ["forwarder", "--config", fileWith(ONE_ENVIRONMENT), "--from-env"];
    const { stdout } = await runCommand(args, { ADMIN_PORT: String(port), USE_REDIS: "1" });
    expect(logOf(stdout).at(-1)).toMatchObject({
      event: "process.start_failed",
      message: expect.stringContaining(String(port)),
    });
  });

  it.each(["ingestor", "edge", "forwarder"])("%s without a Redis says what to set", async (role) => {
    const { code, stderr } = await runCommand([role, "--config", fileWith(ONE_ENVIRONMENT)]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`^Error: the role "${role}" needs a Redis .*set \\[Redis\\] url or host .*USE_REDIS=1`),
    );
  });

  it("without a redis-server on PATH says how to get it", async () => {
    const env = { PATH: "/nowhere", ADMIN_PORT: "0", DATA_DIR: tempDataFolder() };
    const { code, stderr } = await runCommand(["--config", fileWith(ONE_ENVIRONMENT), "--from-env"], env);
    expect(code).toBe(1);
    for (const hint of ["redis-server", "apt-get install", "apk add", "brew install", "[Redis] url"])
      expect(stderr).toContain(hint);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it("as an edge on a busy [Main] port names the setting", async () => {
    const port = await busyPort("0.0.0.0");
    const env = { PORT: String(port), ADMIN_PORT: "0", USE_REDIS: "1", REDIS_PORT: "9" };
    const { code, stderr } = await runCommand(
      ["edge", "--config", fileWith(ONE_ENVIRONMENT), "--from-env"],
      env,
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`^Error: cannot listen .* on \\[Main\\] port ${port}: .*\\(or PORT\\).*\\n$`),
    );
  });

  it("as one process on a busy [Main] port leaves no Redis running", async () => {
    const port = await busyPort("0.0.0.0");
    const dataDir = tempDataFolder();
    const env = { PORT: String(port), ADMIN_PORT: "0", STREAM_URI: NOWHERE, DATA_DIR: dataDir };
    const { code, stderr } = await runCommand(["--config", fileWith(ONE_ENVIRONMENT), "--from-env"], env);
    expect(code).toBe(1);
    expect(stderr).toContain(`[Main] port ${port}`);
    await expectUnused(dataDir);
  });

  it("on a busy [Admin] port names the setting", async () => {
    const port = await busyPort("127.0.0.1");
    const args = ["forwarder", "--config", fileWith(ONE_ENVIRONMENT), "--from-env"];
    const { code, stderr } = await runCommand(args, { ADMIN_PORT: String(port), USE_REDIS: "1" });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error: .*\[Admin\] port/);
    expect(stderr).toContain(String(port));
  });
});

it("--from-env runs without any file, and says what it reads", async () => {
  const ports = await freeRelayPorts();
  const relay = await startRelay({
    role: "edge",
    ports,
    env: {
      LD_ENV_Production: "sdk-0123456789abcdef",
      LD_ENV_Test: "sdk-fedcba9876543210",
      LD_CLIENT_SIDE_ID_Test: "id-of-test",
      PORT: String(ports.port),
      ADMIN_PORT: String(ports.adminPort),
      USE_REDIS: "1",
      REDIS_URL: "redis://relay:url-secret@127.0.0.1:9",
    },
  });
  const first = await relay.waitForLog(({ message }) => /^Starting LaunchDarkly relay/.test(String(message)));
  expect(first.message).toBe(
    `Starting LaunchDarkly relay version ${packageFile.version} with configuration from environment variables`,
  );
  const status = await eventually("the status", async () => (await fetch(`${relay.url}/status`)).json());
  expect(status).toMatchObject({ environments: { Production: {}, Test: { envId: "id-of-test" } } });
  expect(await relay.stop()).toEqual({ code: 0, signal: null });
  expect(leaks(relay.output, ["sdk-0123456789abcdef", "sdk-fedcba9876543210"], ["url-secret"])).toEqual([]);
});

function tempDataFolder(): string {
  const folder = tempFolder();
  onTestFinished(() => removeFolder(folder));
  return join(folder, "data");
}

/** A private Redis that lived on would still have the folder. */
async function expectUnused(dataDir: string): Promise<void> {
  const ports = await freeRelayPorts();
  const config = `[Main]\nport = ${ports.port}\nstreamUri = ${NOWHERE}\ndataDir = ${dataDir}\n[Admin]\nport = ${ports.adminPort}\n${ONE_ENVIRONMENT}`;
  const relay = await startRelay({ ports, config });
  await relay.waitForLog(({ message }) => message === "private Redis is ready");
  expect(await relay.stop()).toEqual({ code: 0, signal: null });
}
