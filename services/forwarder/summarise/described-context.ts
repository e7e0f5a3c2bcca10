import { memberText, parsedOf, type RawMembers, rawMembers, textOf } from "./json-text.ts";

/** Whom an event is about, as far as summaries need to know. */
export interface DescribedContext {
  /** The context or user as the SDK sent it: what is private it has taken out already. */
  readonly text: string;
  /** The key of each kind of context. */
  readonly keys: ReadonlyMap<string, string>;
}

/** What a kind of context may be called. */
const KIND = /^(?!kind$|multi$)[\w.-]+$/;

/** The `context` of an event, or the `user` of an older schema; nothing if it has neither, or one that is invalid. */
export function contextOf(event: RawMembers): DescribedContext | undefined {
  const [context, user] = [textOf(event, "context"), textOf(event, "user")].map((text) =>
    text === undefined ? undefined : { text, keys: keysIn(text) },
  );
  const given = [context, user].filter((one) => one !== undefined);
  const [first] = given;
  return first === undefined || given.some(({ keys }) => keys.size === 0) ? undefined : first;
}

/** The `contextKeys` of an event that names its context without describing it. */
export function contextKeysText({ keys }: DescribedContext): string {
  return `{${[...keys].map(([kind, key]) => memberText(kind, JSON.stringify(key))).join(",")}}`;
}

/** By kind; empty if this is no valid context. */
function keysIn(context: string): ReadonlyMap<string, string> {
  const members = rawMembers(context);
  if (members === undefined) return new Map();
  // A context without a kind is a user of before there were kinds, whose key could be empty.
  if (!members.has("kind")) return keyOf("user", members, true);
  const kind = parsedOf(members, "kind");
  return kind === "multi" ? keysOfMany(members) : keyOf(kind, members);
}

function keysOfMany(members: RawMembers): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const [kind, text] of members) {
    if (kind === "kind") continue;
    const single = rawMembers(text);
    const [key] = single === undefined ? [] : keyOf(kind, single).values();
    if (key === undefined) return new Map();
    keys.set(kind, key);
  }
  return keys;
}

function keyOf(kind: unknown, members: RawMembers, mayBeEmpty = false): ReadonlyMap<string, string> {
  const key = parsedOf(members, "key");
  const isValid =
    typeof kind === "string" && KIND.test(kind) && typeof key === "string" && (key !== "" || mayBeEmpty);
  return new Map(isValid ? [[kind, key]] : []);
}
