import { memberSlices } from "../../../shared/model/raw-json.ts";

/** The members of an object by name, each as the very text that came: numbers keep all their digits. */
export type RawMembers = ReadonlyMap<string, string>;

/** The members of the object whose JSON this is; nothing if it is another kind of value. */
export function rawMembers(json: string): RawMembers | undefined {
  if (!json.startsWith("{")) return undefined;
  const members = new Map<string, string>();
  for (const [name, { start, end }] of memberSlices(json)) members.set(name, json.slice(start, end));
  return members;
}

/** The parsed value of a member; `undefined` if there is none, or `null`: the SDKs mean the same by both. */
export function parsedOf(members: RawMembers, name: string): unknown {
  const text = members.get(name);
  return text === undefined ? undefined : (JSON.parse(text) ?? undefined);
}

/** The text of a member, unless it is absent or `null`. */
export function textOf(members: RawMembers, name: string): string | undefined {
  const text = members.get(name);
  return text === "null" ? undefined : text;
}

/** The JSON of an object with these members, in this order, without those that have no text. */
export function objectText(members: Readonly<Record<string, string | undefined>>): string {
  const present = Object.entries(members).flatMap(([name, text]) =>
    text === undefined ? [] : [memberText(name, text)],
  );
  return `{${present.join(",")}}`;
}

/** A member of an object as JSON; whatever its name is, `__proto__` too. */
export function memberText(name: string, value: string): string {
  return `${JSON.stringify(name)}:${value}`;
}
