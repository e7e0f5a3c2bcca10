import { type Case, conditions } from "./case.ts";

const ANN = {
  kind: "user",
  key: "ann",
  name: "Ann",
  tags: ["a", "b"],
  nothing: [],
  address: { city: "Oslo" },
};
const BOTH = { kind: "multi", user: { key: "ann" }, org: { key: "acme", plan: "gold" } };

/** Clauses that hold for no context, and for every context that has a name. */
const NEVER = { attribute: "key", op: "in", values: [] };
const UNKNOWN = { attribute: "name", op: "isLike", values: ["Ann"] };

export const CLAUSE_CASES: readonly Case[] = [
  conditions("a rule without clauses holds", [], ANN, true),
  conditions(
    "a missing attribute satisfies no clause",
    [{ attribute: "email", op: "in", values: ["x"] }],
    ANN,
    false,
  ),
  conditions(
    "not even a negated one",
    [{ attribute: "email", op: "in", values: ["x"], negate: true }],
    ANN,
    false,
  ),
  conditions(
    "a null attribute is a missing one",
    [{ attribute: "email", op: "in", values: [null], negate: true }],
    { ...ANN, email: null },
    false,
  ),
  conditions(
    "a missing kind satisfies no clause, not even a negated one",
    [{ contextKind: "org", attribute: "key", op: "in", values: ["x"], negate: true }],
    ANN,
    false,
  ),
  conditions(
    "a missing kind is not anonymous, nor is it not",
    [{ contextKind: "org", attribute: "anonymous", op: "in", values: [false] }],
    ANN,
    false,
  ),
  conditions("an unknown operator holds for nothing", [UNKNOWN], ANN, false),
  conditions("a negated unknown operator holds", [{ ...UNKNOWN, negate: true }], ANN, true),
  conditions(
    "an operator by the name of what every object has is unknown",
    [{ ...UNKNOWN, op: "constructor" }],
    ANN,
    false,
  ),
  conditions("no values are satisfied by nothing", [NEVER], ANN, false),
  conditions("no values, negated, are satisfied by everything", [{ ...NEVER, negate: true }], ANN, true),
  conditions("missing values are no values", [{ attribute: "key", op: "in", negate: true }], ANN, true),
  conditions("one element of a list is enough", [{ attribute: "tags", op: "in", values: ["b"] }], ANN, true),
  conditions(
    "also where it is negated",
    [{ attribute: "tags", op: "in", values: ["b"], negate: true }],
    ANN,
    false,
  ),
  conditions(
    "an empty list satisfies nothing",
    [{ attribute: "nothing", op: "in", values: ["b"] }],
    ANN,
    false,
  ),
  conditions(
    "an empty list, negated, satisfies everything",
    [{ attribute: "nothing", op: "in", values: ["b"], negate: true }],
    ANN,
    true,
  ),
  conditions(
    "lists in lists are equal to nothing",
    [{ attribute: "tags", op: "in", values: [["a"], null] }],
    { ...ANN, tags: [["a"], null] },
    false,
  ),
  conditions(
    "texts are no numbers",
    [{ attribute: "age", op: "in", values: ["1"] }],
    { ...ANN, age: 1 },
    false,
  ),
  conditions(
    "texts are not less",
    [{ attribute: "age", op: "lessThan", values: [2] }],
    { ...ANN, age: "1" },
    false,
  ),
  conditions(
    "1 and 1.0 are equal, and so are 0 and -0",
    [{ attribute: "age", op: "in", values: [0, 2] }],
    '{"kind":"user","key":"ann","age":-0.0}',
    true,
  ),
  conditions(
    "every text begins with nothing",
    [{ attribute: "name", op: "startsWith", values: [""] }],
    ANN,
    true,
  ),
  conditions("a kind is one of several", [{ attribute: "kind", op: "in", values: ["org"] }], BOTH, true),
  conditions(
    "a negated kind is none of several",
    [{ attribute: "kind", op: "in", values: ["org"], negate: true }],
    BOTH,
    false,
  ),
  conditions(
    "kinds can be matched",
    [{ attribute: "kind", contextKind: "device", op: "startsWith", values: ["or"] }],
    BOTH,
    true,
  ),
  conditions(
    "a reference to the kind is that of the kind it names",
    [{ attribute: "/kind", contextKind: "user", op: "in", values: ["org"] }],
    BOTH,
    false,
  ),
  conditions(
    "an empty kind is that of users",
    [{ attribute: "key", contextKind: "", op: "in", values: ["ann"] }],
    BOTH,
    true,
  ),
  conditions(
    "a path leads into objects",
    [{ attribute: "/address/city", contextKind: "user", op: "in", values: ["Oslo"] }],
    ANN,
    true,
  ),
  conditions(
    "a path is a name where no kind is given",
    [{ attribute: "/address/city", op: "in", values: ["here"] }],
    { ...ANN, "/address/city": "here" },
    true,
  ),
  conditions(
    "a path does not lead into lists",
    [{ attribute: "/tags/0", contextKind: "user", op: "in", values: ["a"] }],
    ANN,
    false,
  ),
  conditions(
    "a path does not lead to what every object has",
    [{ attribute: "/address/constructor/name", contextKind: "user", op: "in", values: ["Object"] }],
    ANN,
    false,
  ),
  conditions(
    "names that are special in JavaScript are ordinary ones",
    [{ attribute: "/__proto__/constructor", contextKind: "user", op: "in", values: ["x"] }],
    '{"kind":"user","key":"ann","__proto__":{"constructor":"x"}}',
    true,
  ),
  conditions(
    "escapes in paths are read",
    [{ attribute: "/~1~0a", contextKind: "user", op: "in", values: ["x"] }],
    { ...ANN, "/~a": "x" },
    true,
  ),
  ...["_meta", "/_meta", "/_meta/privateAttributes"].map((attribute) =>
    conditions(
      `${attribute} is simply missing`,
      [{ attribute, contextKind: "user", op: "in", values: ["x"], negate: true }],
      { ...ANN, _meta: { privateAttributes: ["x"] } },
      false,
    ),
  ),
  ...["/", "//", "/a/", "/a//b", "/~2", "/a~"].map((attribute) =>
    conditions(
      `${attribute} is no reference`,
      [{ attribute, contextKind: "user", op: "in", values: ["x"] }],
      ANN,
      "error",
    ),
  ),
  conditions(
    "an invalid reference is one for contexts without the kind as well",
    [{ attribute: "//", contextKind: "org", op: "in", values: ["x"] }],
    ANN,
    "error",
  ),
  conditions("a clause without an attribute is malformed", [{ op: "in", values: ["x"] }], ANN, "error"),
  conditions(
    "also one with an unknown operator",
    [{ attribute: "", op: "isLike", values: [] }],
    ANN,
    "error",
  ),
  conditions("an invalid clause counts before a valid one", [{ op: "in", values: [] }, NEVER], ANN, "error"),
  conditions(
    "an invalid clause after one that does not hold is not asked",
    [NEVER, { op: "in" }],
    ANN,
    false,
  ),
];
