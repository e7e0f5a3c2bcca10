import { type Case, conditions } from "./case.ts";

type Operator = "semVerEqual" | "semVerLessThan" | "semVerGreaterThan";

const WORDS = { semVerEqual: "equal to", semVerLessThan: "less than", semVerGreaterThan: "greater than" };

function version(given: unknown, op: Operator, than: unknown, holds: boolean): Case {
  const name = `version ${JSON.stringify(given)} is ${holds ? "" : "not "}${WORDS[op]} ${JSON.stringify(than)}`;
  const context = { kind: "user", key: "ann", version: given };
  return conditions(name, [{ attribute: "version", op, values: [than] }], context, holds);
}

export const VERSION_CASES: readonly Case[] = [
  version("2", "semVerEqual", "2.0.0", true),
  version("2.1", "semVerEqual", "2.1.0", true),
  version("2-beta", "semVerEqual", "2.0.0-beta", true),
  version("2.1+build", "semVerEqual", "2.1.0", true),
  version("2.0.0+1", "semVerEqual", "2.0.0+2", true),
  version(" 2.0.0", "semVerEqual", "2.0.0", false),
  version("2.0.0 ", "semVerEqual", "2.0.0", false),
  version("v2.0.0", "semVerEqual", "2.0.0", false),
  version("=2.0.0", "semVerEqual", "2.0.0", false),
  version("02.0.0", "semVerEqual", "2.0.0", false),
  version("2.0.0.0", "semVerEqual", "2.0.0", false),
  version(2, "semVerEqual", "2.0.0", false),
  version("9007199254740993.0.0", "semVerGreaterThan", "9007199254740992.0.0", true),
  version("1.0.0-9007199254740993", "semVerGreaterThan", "1.0.0-9007199254740992", true),
  version("1.0.0-alpha", "semVerLessThan", "1.0.0", true),
  version("1.0.0-10", "semVerGreaterThan", "1.0.0-9", true),
  version("1.0.0-10", "semVerLessThan", "1.0.0-a", true),
  version("1.0.0-10", "semVerLessThan", "1.0.0--", true),
  version("1.0.0-a.b", "semVerLessThan", "1.0.0-a.b.c", true),
  version("1.0.0-A", "semVerLessThan", "1.0.0-a", true),
  version("1.0.0-01", "semVerLessThan", "1.0.0", false),
  version("1.0.0-a..b", "semVerLessThan", "1.0.0", false),
  version("1.0.0-", "semVerLessThan", "1.0.0", false),
  version("1.0.0+", "semVerEqual", "1.0.0", false),
  version("1.0.0+01", "semVerEqual", "1.0.0", true),
];
