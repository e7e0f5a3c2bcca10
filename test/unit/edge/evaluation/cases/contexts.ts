import { type Case, conditions, contextCase } from "./case.ts";

const valid = (what: string, context: object | string) => contextCase(`${what} is a context`, context, true);
const invalid = (what: string, context: object | string) =>
  contextCase(`${what} is no context`, context, false);

function is(name: string, attribute: string, value: unknown, context: object | string, holds = true): Case {
  return conditions(name, [{ attribute, op: "in", values: [value] }], context, holds);
}

const KEY = { key: "ann" };

export const CONTEXT_CASES: readonly Case[] = [
  ...["", "null", "[]", '"ann"', "{", '{"key":"ann"}x', "{'key':'ann'}"].map((text) =>
    invalid(text || "no text", text),
  ),
  invalid("an empty object", {}),
  invalid("one without a key", { kind: "user" }),
  ...[null, "", 1, true, {}].map((key) =>
    invalid(`one of the key ${JSON.stringify(key)}`, { kind: "user", key }),
  ),
  ...[null, "", 1, "kind", "ä", "a b", "a/b"].map((kind) =>
    invalid(`one of the kind ${JSON.stringify(kind)}`, { kind, ...KEY }),
  ),
  valid("one of a kind of all allowed characters", { kind: "Aa0._-", ...KEY }),
  invalid("one whose name is a number", { kind: "user", ...KEY, name: 1 }),
  valid("one whose name is null", { kind: "user", ...KEY, name: null }),
  ...[null, "true", 1].map((anonymous) =>
    invalid(`one that is anonymous: ${JSON.stringify(anonymous)}`, { kind: "user", ...KEY, anonymous }),
  ),
  ...[[], "x", 1, true].map((_meta) =>
    invalid(`one whose _meta is ${JSON.stringify(_meta)}`, { kind: "user", ...KEY, _meta }),
  ),
  ...[null, {}, { x: 1 }, { secondary: 1 }, { redactedAttributes: 1 }, { privateAttributes: null }].map(
    (_meta) => valid(`one whose _meta is ${JSON.stringify(_meta)}`, { kind: "user", ...KEY, _meta }),
  ),
  ...["x", {}, [1], [null]].map((privateAttributes) =>
    invalid(`one of the private attributes ${JSON.stringify(privateAttributes)}`, {
      kind: "user",
      ...KEY,
      _meta: { privateAttributes },
    }),
  ),
  valid("one of private attributes that are no references", {
    kind: "user",
    ...KEY,
    _meta: { privateAttributes: ["//", ""] },
  }),
  invalid("one with a number too large", '{"kind":"user","key":"ann","n":[-1e400]}'),
  valid("one with a number too small", '{"kind":"user","key":"ann","n":1e-400}'),
  invalid("several kinds of which there are none", { kind: "multi" }),
  valid("several kinds of which there is one", { kind: "multi", user: KEY }),
  ...[null, "ann", [], 1].map((user) =>
    invalid(`several kinds of which one is ${JSON.stringify(user)}`, { kind: "multi", user }),
  ),
  invalid("several kinds of which one lacks a key", { kind: "multi", user: KEY, org: {} }),
  invalid("several kinds within several", { kind: "multi", multi: { user: KEY } }),
  invalid("several kinds of which one has no valid name", { kind: "multi", "a b": KEY }),
  invalid("several kinds of which one says that its kind is null", {
    kind: "multi",
    user: { kind: null, ...KEY },
  }),
  invalid("several kinds of which two turn out the same", {
    kind: "multi",
    org: { kind: "user", ...KEY },
    user: KEY,
  }),
  is("one of several kinds can name itself otherwise", "key", "ann", {
    kind: "multi",
    org: { kind: "user", ...KEY },
  }),
  is("one of several kinds without a name is a user", "key", "ann", {
    kind: "multi",
    "": KEY,
    org: { key: "acme" },
  }),
  is("one of several kinds that says an empty name is a user", "key", "ann", {
    kind: "multi",
    org: { kind: "", ...KEY },
  }),
  valid("an old user", KEY),
  ...["", null, 1].map((key) => invalid(`an old user of the key ${JSON.stringify(key)}`, { key })),
  ...["name", "email", "firstName", "lastName", "country", "avatar", "ip", "secondary"].flatMap((name) => [
    invalid(`an old user whose ${name} is a number`, { ...KEY, [name]: 1 }),
    valid(`an old user whose ${name} is null`, { ...KEY, [name]: null }),
  ]),
  invalid("an old user that is anonymous as a text", { ...KEY, anonymous: "true" }),
  valid("an old user whose anonymous is null", { ...KEY, anonymous: null }),
  ...["x", [], 1].map((custom) =>
    invalid(`an old user whose custom is ${JSON.stringify(custom)}`, { ...KEY, custom }),
  ),
  valid("an old user whose custom is null", { ...KEY, custom: null }),
  ...["x", {}, [1]].map((list) =>
    invalid(`an old user of the private attributes ${JSON.stringify(list)}`, {
      ...KEY,
      privateAttributeNames: list,
    }),
  ),
  valid("an old user with other members", { ...KEY, _meta: 1, privateAttrs: 1, x: {} }),
  is("old users are not anonymous unless they say so", "anonymous", false, KEY),
  is("attributes of old users are beside their key", "x", 1, { ...KEY, x: 1 }, false),
  is("attributes of old users are in custom", "x", 1, { ...KEY, custom: { x: 1 } }),
  is("a custom name is not the name", "name", "x", { ...KEY, custom: { name: "x" } }, false),
  is("a custom key is not the key", "key", "x", { ...KEY, custom: { key: "x" } }, false),
  is("a custom kind is not the kind", "kind", "x", { ...KEY, custom: { kind: "x" } }, false),
  is(
    "a custom anonymous is not whether one is",
    "anonymous",
    true,
    { ...KEY, custom: { anonymous: true } },
    false,
  ),
  is("a custom email after another takes its place", "email", "b", {
    ...KEY,
    email: "a",
    custom: { email: "b" },
  }),
  is("an email after a custom one takes its place", "email", "a", {
    ...KEY,
    custom: { email: "b" },
    email: "a",
  }),
  is(
    "a custom email of null takes another away",
    "email",
    "a",
    { ...KEY, email: "a", custom: { email: null } },
    false,
  ),
  is("an email of null takes no custom one away", "email", "b", {
    ...KEY,
    custom: { email: "b" },
    email: null,
  }),
  is("a custom attribute may be called secondary", "secondary", "x", { ...KEY, custom: { secondary: "x" } }),
];
