import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FileSetting, readIni } from "../../../../shared/config/file/ini-file.ts";

/** Key and value of every setting in the text's only section, by line. */
function settingsIn(lines: string): readonly FileSetting[] {
  const { sections, problems } = readIni(`[Main]\n${lines}`);
  expect(problems).toEqual([]);
  return sections.flatMap(({ settings }) => settings);
}

function valueIn(line: string): string | undefined {
  return settingsIn(line)[0]?.value;
}

function problemIn(line: string): string | undefined {
  return readIni(`[Main]\n${line}`).problems[0]?.problem;
}

describe("values in a file", () => {
  it.each([
    ["a = b", "b"],
    ["a=b", "b"],
    ["  \t a  =  b c  ", "b c"],
    ["a =", ""],
    ["a = b ; comment", "b"],
    ["a = b # comment", "b"],
    ["a = b;c", "b"],
    ["a = b=c", "b=c"],
    ['a = "b"', "b"],
    ['a = "b" ; comment', "b"],
    ['a = "b;c#d" # e', "b;c#d"],
    ['a = "  b  "', "  b  "],
    ['a = one "two  " three', "one two   three"],
    ['a = "\\\\ \\" \\n \\t"', '\\ " \n \t'],
    ['a = "true"', "true"],
    ["a = null", "null"],
    ["a = 'b'", "'b'"],
    ["a = b\\\nc", "bc"],
    ["a = b, \\\r\n   c", "b,    c"],
    ["a = \\\n  b", "b"],
    ["a = [b]", "[b]"],
    ["a = \u2028b", "\u2028b".trim()],
    ['a = "\u2028"', "\u2028"],
    ["a = 100%25", "100%25"],
  ])("reads %j as %j", (line, value) => {
    expect(valueIn(line)).toBe(value);
  });

  it("tells a key alone from an empty value", () => {
    expect(settingsIn("a\nb =\nc # comment").map(({ value }) => value)).toEqual([undefined, "", undefined]);
  });

  it.each([
    ["a = b\\c", "a backslash must stand"],
    ["a = b\\", "followed by one more line"],
    ['a = "b', "a quote is not closed"],
    ['a = "b\\x"', "inside quotes a backslash"],
    ["a b c", "expected a [Section] or key = value"],
    ["1a = 2", "expected a [Section] or key = value"],
    ["[Main", "a section is written"],
    ["[Main] a = b", "a section is written"],
    ["[Environment.x]", "a section is written"],
    ['[Environment "x]', "a section is written"],
    ["[]", "a section is written"],
  ])("refuses %j", (line, problem) => {
    expect(problemIn(line)).toContain(problem);
  });

  it("never repeats what it cannot read, since it may be a secret", () => {
    const { problems } = readIni('[Main]\nsdk-secret in the open\nsdkKey: sdk-secret\nsdkKey = "sdk-secret');
    expect(problems).toHaveLength(3);
    expect(JSON.stringify(problems)).not.toContain("sdk-secret");
  });
});

describe("lines of a file", () => {
  it("are numbered as an editor numbers them, also after a continued one", () => {
    const text = "# comment\r\n[Main]\r\n\r\na = 1\\\r\n2\r\nb = 3\r\n";
    expect(readIni(text).sections[0]).toEqual({
      section: "Main",
      line: 2,
      settings: [
        { key: "a", value: "12", line: 4 },
        { key: "b", value: "3", line: 6 },
      ],
    });
  });

  it("keep all values of a repeated key and their order among other keys", () => {
    expect(settingsIn("a = 1\nb = 2\na = 3")).toEqual([
      { key: "a", value: "1", line: 2 },
      { key: "b", value: "2", line: 3 },
      { key: "a", value: "3", line: 4 },
    ]);
  });

  it("may begin with a byte order mark", () => {
    expect(readIni("\uFEFF[Main]\na = 1").problems).toEqual([]);
  });

  it("belong together when a section is repeated", () => {
    const { sections } = readIni("[Main]\na = 1\n[Other]\n[Main]\nb = 2");
    expect(sections.map(({ section, settings }) => [section, settings.length])).toEqual([
      ["Main", 2],
      ["Other", 0],
    ]);
  });

  it("before the first section are a problem, below an unreadable one are not read", () => {
    const { sections, problems } = readIni("a = 1\n[Broken\nb = 2\n[Main]\nc = 3");
    expect(problems.map(({ line }) => line)).toEqual(expect.arrayContaining([1, 2]));
    expect(problems).toHaveLength(2);
    expect(sections.flatMap(({ settings }) => settings.map(({ key }) => key))).toEqual(["c"]);
  });
});

describe("names of sections", () => {
  it.each([
    ["eu.prod", "eu.prod"],
    ["a.b.c", "a.b.c"],
    ["a\\\\.b", "a\\.b"],
    ["x]y", "x]y"],
    ["x;y#z", "x;y#z"],
    ['say \\"hi\\"', 'say "hi"'],
    ["__proto__", "__proto__"],
    ["constructor", "constructor"],
    [" blank ", " blank "],
    ["", ""],
    ["Ünï ☃", "Ünï ☃"],
  ])('reads [Environment "%s"]', (written, name) => {
    const { sections, problems } = readIni(`[Environment "${written}"]\nsdkKey = k`);
    expect(problems).toEqual([]);
    expect(sections).toEqual([
      { section: "Environment", name, line: 1, settings: [{ key: "sdkKey", value: "k", line: 2 }] },
    ]);
  });

  it("keeps apart what only looks alike to the library behind it", () => {
    const names = ["a.b", "a\\\\.b", "a", "a.b.c"];
    const { sections } = readIni(names.map((name) => `[Environment "${name}"]`).join("\n"));
    expect(sections.map(({ name }) => name)).toEqual(["a.b", "a\\.b", "a", "a.b.c"]);
  });

  it("may be __proto__, as a section and as a key", () => {
    const { sections } = readIni("[__proto__]\n__proto__ = 1");
    expect(sections).toEqual([
      { section: "__proto__", line: 1, settings: [{ key: "__proto__", value: "1", line: 2 }] },
    ]);
  });
});

it("gives back every name and value that can be quoted", () => {
  const oneLine = fc.string({ unit: "grapheme" }).filter((text) => !/[\r\n]/.test(text));
  const quote = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;
  fc.assert(
    fc.property(oneLine, oneLine, (name, value) => {
      const { sections, problems } = readIni(`[Environment ${quote(name)}]\nkey = ${quote(value)} # comment`);
      expect(problems).toEqual([]);
      expect(sections).toEqual([
        { section: "Environment", name, line: 1, settings: [{ key: "key", value, line: 2 }] },
      ]);
    }),
  );
});
