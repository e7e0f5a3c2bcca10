/** A context that flags cannot be evaluated for; the message says why, without any value from it. */
export class InvalidContext extends Error {
  override readonly name = "InvalidContext";
}

export type ContextJson = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is ContextJson {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member of an object from outside: whatever the prototype has under this name does not count. */
export function member(object: ContextJson, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** A member that is a string, or absent or null. Throws an {@link InvalidContext} for anything else. */
export function optionalString(object: ContextJson, name: string): string | undefined {
  const value = member(object, name) ?? undefined;
  if (value !== undefined && typeof value !== "string")
    throw new InvalidContext(`"${name}" must be a string`);
  return value;
}

/** The key. Throws an {@link InvalidContext} if there is none. */
export function requiredKey(object: ContextJson): string {
  const key = member(object, "key");
  if (typeof key !== "string") throw new InvalidContext('a context must have a string "key"');
  return key;
}

/** Checks a list of attributes to be kept private, which evaluation itself does not need. */
export function checkPrivateAttributes(list: unknown, name: string): void {
  if (list === undefined || list === null) return;
  if (!Array.isArray(list) || list.some((entry) => typeof entry !== "string"))
    throw new InvalidContext(`"${name}" must be a list of strings`);
}
