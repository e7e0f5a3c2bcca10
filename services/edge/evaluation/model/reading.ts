/** A flag or segment that is not of the shape that evaluation rests on. */
export class MalformedItem extends Error {
  override readonly name = "MalformedItem";
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** An object; a {@link MalformedItem} is thrown for anything else. */
export function asObject(value: unknown): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new MalformedItem("an object was expected");
  return value as JsonObject;
}

/** A member that is an object, or absent or null. */
export function optionalObject(object: JsonObject, name: string): JsonObject | undefined {
  const value = object[name] ?? undefined;
  return value === undefined ? undefined : asObject(value);
}

/** A member that is a list, whose elements `read` reads; absent and null are an empty one. */
export function listOf<Element>(
  object: JsonObject,
  name: string,
  read: (element: unknown) => Element,
): Element[] {
  const value = object[name] ?? [];
  if (!Array.isArray(value)) throw new MalformedItem(`${name} is no list`);
  return value.map(read);
}

/** A member that is a string; absent and null are an empty one, which means the same everywhere. */
export function textOf(object: JsonObject, name: string): string {
  return asText(object[name] ?? "");
}

/** A string; a {@link MalformedItem} is thrown for anything else. */
export function asText(value: unknown): string {
  if (typeof value !== "string") throw new MalformedItem("a string was expected");
  return value;
}

/** A member that is true or false; absent and null are false. */
export function flagOf(object: JsonObject, name: string): boolean {
  const value = object[name] ?? false;
  if (typeof value !== "boolean") throw new MalformedItem(`${name} is neither true nor false`);
  return value;
}

/** A member that is a whole number (of others the whole part counts), or absent or null. */
export function optionalInteger(object: JsonObject, name: string): number | undefined {
  const value = object[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== "number") throw new MalformedItem(`${name} is no number`);
  return Math.trunc(value);
}

/** A member that is a whole number; absent and null are 0. */
export function integerOf(object: JsonObject, name: string): number {
  return optionalInteger(object, name) ?? 0;
}
