import type * as z from "zod";

/** What is to know about a type's texts without reading them. */
export interface TextTraits {
  /** What people call the type, in documentation. */
  readonly name: string;
  /** Whether a file's lines with the same key add up, and commas separate the elements. */
  readonly list: boolean;
  /** Whether nobody may see the text. */
  readonly secret: boolean;
  /** The text as anybody may see it: of a secret, as good as nothing. */
  readonly show: (text: string) => string;
}

/** How a setting's text becomes a value: what all settings of one type have in common. */
export interface ValueType<Schema extends z.ZodType> {
  /** Checks and converts; takes a text, or a list of texts if `list`. */
  readonly schema: Schema;
  readonly traits: TextTraits;
}

/** A type whose values may be seen. */
export function valueType<Schema extends z.ZodType>(name: string, schema: Schema): ValueType<Schema> {
  return { schema, traits: { name, list: false, secret: false, show: (text) => text } };
}

/** A type of which only `show` may be seen. */
export function secretType<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  show: (text: string) => string,
): ValueType<Schema> {
  return { schema, traits: { name, list: false, secret: true, show } };
}
