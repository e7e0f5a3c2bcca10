import { memberText, parsedOf, type RawMembers, rawMembers, textOf } from "./json-text.ts";

/** Whom an event is about, as far as summaries need to know. */
export interface DescribedContext {
  /** The context or user as the SDK sent it: what is private it has taken out already. */
  readonly text: string;
  /** The key of each kind of context. */
  readonly keys: ReadonlyMap<string, string>;
}

/** The `context` of an event, or the `user` of an older schema; nothing if it has neither with a key. */
export function contextOf(event: RawMembers): DescribedContext | undefined {
  const context = textOf(event, "context");
  const text = context ?? textOf(event, "user");
  const members = text === undefined ? undefined : rawMembers(text);
  if (text === undefined || members === undefined) return undefined;
  const keys = context === undefined ? keyOf("user", members) : keysOfContext(members);
  return keys.size === 0 ? undefined : { text, keys };
}

/** The `contextKeys` of an event that names its context without describing it. */
export function contextKeysText({ keys }: DescribedContext): string {
  return `{${[...keys].map(([kind, key]) => memberText(kind, JSON.stringify(key))).join(",")}}`;
}

function keysOfContext(members: RawMembers): ReadonlyMap<string, string> {
  // A context without a kind is a user of before there were kinds.
  const kind = parsedOf(members, "kind") ?? "user";
  if (kind !== "multi") return typeof kind === "string" ? keyOf(kind, members) : new Map();
  const keys = new Map<string, string>();
  for (const [name, text] of members) {
    const single = rawMembers(text);
    if (single !== undefined) for (const [, key] of keyOf(name, single)) keys.set(name, key);
  }
  return keys;
}

function keyOf(kind: string, members: RawMembers): ReadonlyMap<string, string> {
  const key = parsedOf(members, "key");
  return new Map(typeof key === "string" ? [[kind, key]] : []);
}
