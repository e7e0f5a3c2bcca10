import { type Case, conditions } from "./case.ts";

function matches(text: unknown, pattern: unknown, holds: boolean): Case {
  const name = `${JSON.stringify(text)} ${holds ? "matches" : "does not match"} the pattern ${JSON.stringify(pattern)}`;
  const context = { kind: "user", key: "ann", text };
  return conditions(name, [{ attribute: "text", op: "matches", values: [pattern] }], context, holds);
}

export const PATTERN_CASES: readonly Case[] = [
  matches("hannah", "ann", true),
  matches("ann", "", true),
  matches("ANN", "(?i)ann", true),
  matches("a\nb", "a.b", false),
  matches("a\nb", "(?s)a.b", true),
  matches("a\nb", "^b", false),
  matches("a\nb", "(?m)^b", true),
  matches("ann", "(?P<name>ann)", true),
  matches("b", "(?P<name>a)|(?P<name>b)", true),
  matches("b", "(?P<a name>b)", false),
  matches("ann\n", "\\Aann\\z", false),
  matches("ann\n", "ann$", false),
  matches("ann", "^[[:alpha:]]+$", true),
  matches("ключ", "^\\p{L}+$", true),
  matches("ключ", "^\\p{Cyrillic}+$", true),
  matches("ключ", "^\\w+$", false),
  matches("a.b", "\\Qa.b\\E", true),
  matches("axb", "\\Qa.b\\E", false),
  matches("😀", "^.$", true),
  matches("ab", "(?<=a)b", false),
  matches("ab", "(?=a)a", false),
  matches("aa", "(a)\\1", false),
  matches("a", "a{1001}", false),
  matches("a".repeat(1001), "a{1001}", false),
  matches("a", "\\u0061", false),
  matches("a", "(", false),
  matches("a", 1, false),
  matches(1, "1", false),
  matches(`${"a".repeat(40)}!`, "^(a+)+$", false),
];
