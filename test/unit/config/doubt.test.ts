import { describe, expect, it } from "vitest";
import { ONE_ENVIRONMENT, problemsOf, readValid } from "./reading.ts";

/** What is said about one line, which stands in the third line. */
function warningsOf(line: string, section = "Redis]\nhost = h"): string[] {
  return readValid(`[${section}\n${line}\n${ONE_ENVIRONMENT}`).warnings.map((warning) =>
    warning.replace(/^relay\.conf, line \d+: /, ""),
  );
}

const CUT = (at: string): string =>
  `the ${at} behind it begins a comment; put the whole value in double quotes if it is part of it`;

describe("a value that a comment has cut", () => {
  it.each([
    ["password = pass#word", `[Redis] password: ${CUT("#")}`],
    ["password = pass;word", `[Redis] password: ${CUT(";")}`],
    ["password = pass#", `[Redis] password: ${CUT("#")}`],
    ["password = #pass", `[Redis] password: is empty, because ${CUT("#")}`],
    ["username = us#er", `[Redis] username: ${CUT("#")}`],
  ])("is a warning: %s", (line, warning) => {
    expect(warningsOf(line)).toEqual([warning]);
  });

  it.each([
    "password = word # the password",
    "password = word ;the password",
    'password = "pass#word"',
    'password = "pass;word"# quoted',
    "password = # none",
    "db = 1;",
  ])("is none where a comment is meant: %s", (line) => {
    expect(warningsOf(line)).toEqual([]);
  });

  it("is why a URL cannot be read", () => {
    expect(problemsOf(`${ONE_ENVIRONMENT}[Redis]\nurl = redis://:pa#ss@h`)).toEqual([
      `relay.conf, line 4: [Redis] url: not a valid URL/URI (${CUT("#")})`,
    ]);
  });
});

describe("quotes that are part of a value", () => {
  it("are a warning in a file, where only double quotes surround values", () => {
    expect(warningsOf("password = 'word'")).toEqual([
      "[Redis] password: the single quotes around it are part of the value; leave them out",
    ]);
  });

  it.each([`"word"`, "'word'"])("are a warning in a variable: %s", (value) => {
    const { warnings } = readValid(`[Redis]\nhost = h\n${ONE_ENVIRONMENT}`, {
      REDIS_PASSWORD: value,
      LD_ENV_Other: value,
    });
    expect(warnings).toEqual([
      expect.stringMatching(/^LD_ENV_Other: the (single|double) quotes around it are part of the value/),
      expect.stringMatching(/^REDIS_PASSWORD: the (single|double) quotes around it are part of the value/),
    ]);
  });

  it("are why a value is of the wrong kind", () => {
    expect(problemsOf(ONE_ENVIRONMENT, { PORT: "'8030'" })).toEqual([
      "PORT: not a valid integer (the single quotes around it are part of the value; leave them out)",
    ]);
  });
});

describe("a line break at the end of a value", () => {
  it.each(["\n", "\r\n", "\r"])("is left out with a warning: %j", (lineBreak) => {
    const { configuration, warnings } = readValid(ONE_ENVIRONMENT, {
      LD_ENV_Production: `sdk-other${lineBreak}`,
      USE_REDIS: "1",
      REDIS_PASSWORD: `word${lineBreak}`,
      PORT: `9000${lineBreak}`,
    });
    expect(configuration.environments[0]?.credentials.sdkKey).toBe("sdk-other");
    expect(configuration.redis).toMatchObject({ password: "word" });
    expect(configuration.main.port).toBe(9000);
    expect(warnings).toEqual(
      ["PORT", "LD_ENV_Production", "REDIS_PASSWORD"].map(
        (name) => `${name}: the line break at its end is left out`,
      ),
    );
  });

  it("is left out of what a file writes with a backslash, too", () => {
    expect(warningsOf('password = "word\\n"')).toEqual([
      "[Redis] password: the line break at its end is left out",
    ]);
  });
});

describe("// behind a value", () => {
  it("is a warning, because it is part of the value", () => {
    expect(warningsOf("username = me // not you")).toEqual([
      "[Redis] username: // does not begin a comment: write # or ;",
    ]);
  });

  it("is nothing within quotes or a URL", () => {
    expect(warningsOf('username = "me // you"')).toEqual([]);
    expect(warningsOf("streamUri = http://a//b", "Main]\nport = 1")).toEqual([]);
  });
});

it("a letter that is not UTF-8 is a problem of its line", () => {
  const text = Buffer.concat([
    Buffer.from('[Environment "Caf'),
    Buffer.from([0xe9]),
    Buffer.from('"]\nsdkKey = k'),
  ]);
  expect(problemsOf(text.toString("utf8"))).toEqual([
    "relay.conf, line 1: a letter here is not UTF-8: save the file as UTF-8",
  ]);
});

describe("the address of SDKs", () => {
  const hostOf = (host: string) =>
    readValid(`[Main]\nhost = ${host}\n${ONE_ENVIRONMENT}`).configuration.main.host;

  it("is [Main] host, of which some mean every address", () => {
    expect(hostOf("10.0.0.1")).toBe("10.0.0.1");
    expect(hostOf("[::1]")).toBe("::1");
    expect(hostOf("localhost")).toBe("127.0.0.1");
    for (const every of ["0.0.0.0", "::", '""']) expect(hostOf(every)).toBeUndefined();
  });

  it.each(["bind-address", "listen", "listenHost"])("is suggested to who calls it %s", (key) => {
    expect(problemsOf(`[Main]\n${key} = 0.0.0.0\n${ONE_ENVIRONMENT}`)).toEqual([
      `relay.conf, line 2: unsupported or misspelled section "Main", variable "${key}"; did you mean "host"?`,
    ]);
  });
});
