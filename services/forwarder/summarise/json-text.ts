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

/** What a field of an event must be where it is given. */
type FieldType = "string" | "number" | "boolean" | "object" | "time";

/** Whether each of these members is of its type, absent, or `null`. */
export function hasTypes(members: RawMembers, types: Readonly<Record<string, FieldType>>): boolean {
  return Object.entries(types).every(([name, type]) => {
    const value = parsedOf(members, name);
    if (value === undefined) return true;
    return type === "time" ? isTime(value) : typeof value === type && !Array.isArray(value);
  });
}

/** Whether this is a time as events bear it: a whole number of milliseconds since the epoch, in 64 bits. */
export function isTime(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 64;
}
