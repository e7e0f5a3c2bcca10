import type { KindContext } from "../context/evaluation-context.ts";

/** Reads what a clause or rollout asks a context for; `undefined` if there is nothing, or null. */
export type AttributeReader = (context: KindContext) => unknown;

/** What a clause or rollout says about the attribute that it looks at. */
export type Attribute =
  | { readonly kind: "none" }
  | { readonly kind: "invalid" }
  | { readonly kind: "attribute"; readonly name: string; readonly read: AttributeReader };

const NONE: Attribute = { kind: "none" };
const INVALID: Attribute = { kind: "invalid" };

/**
 * Reads a reference to an attribute. Where a context kind is named it may be a path such as `/address/city`, with
 * `~1` for `/` and `~0` for `~`; data without one are older than paths, and mean a bare name.
 */
export function attributeOf(reference: string, contextKind: string): Attribute {
  if (reference === "") return NONE;
  if (contextKind === "" || !reference.startsWith("/")) return named(reference, [reference]);
  const path = reference.slice(1).split("/").map(unescaped);
  return path.every((name) => name !== undefined && name !== "")
    ? named(reference, path as string[])
    : INVALID;
}

function named(name: string, [first = "", ...rest]: readonly string[]): Attribute {
  if (rest.length === 0) return { kind: "attribute", name, read: (context) => context.attribute(first) };
  return {
    kind: "attribute",
    name,
    read: (context) => rest.reduce(memberOf, context.attribute(first)),
  };
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? ((value as Record<string, unknown>)[name] ?? undefined) : undefined;
}

/** A part of a path; `undefined` if it escapes something else than `~` and `/`. */
function unescaped(part: string): string | undefined {
  if (/~(?![01])/.test(part)) return undefined;
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}
