import * as z from "zod";
import type { OldSpellings } from "../old-spellings.ts";
import type { TextTraits, ValueType } from "../values/value-type.ts";

/** What is to know about a setting besides its key and its schema. */
export interface About {
  readonly text: TextTraits;
  /** The environment variable; in a section with names, what the name is put behind. */
  readonly variable?: string;
  /** In the words of a file. */
  readonly default?: string;
  /** What happens without it, where there is no default to be named. */
  readonly unset?: string;
  /** For documentation, in Markdown. */
  readonly description: string;
  /** Spellings of earlier releases that mean this setting. */
  readonly old?: OldSpellings;
  /** Why no value is accepted, except the one that turns the feature off. */
  readonly refused?: string;
  /** Why a value is accepted and changes nothing, which is worth a warning. */
  readonly ineffective?: string;
}

const settings = z.registry<About>();

/** What {@link setting}, {@link settingWithDefault} and {@link refused} know about a member of a section's schema. */
export function about(schema: z.core.$ZodType): About {
  const known = settings.get(schema);
  if (known === undefined) throw new TypeError("a section's schema consists of settings");
  return known;
}

type Wording = Omit<About, "text" | "default" | "refused" | "ineffective">;

/** A setting that may be left out. */
export function setting<Schema extends z.ZodType>(
  type: ValueType<Schema>,
  wording: Wording,
): z.ZodOptional<Schema> {
  return register(type.schema.optional(), { ...wording, text: type.traits });
}

/** A setting that always has a value. The default is written, and parsed, as a file would have it. */
export function settingWithDefault<Schema extends z.ZodType<unknown, string>>(
  type: ValueType<Schema>,
  defaultText: string & z.input<Schema>,
  wording: Omit<Wording, "unset">,
): z.ZodPrefault<Schema> {
  return register(type.schema.prefault(defaultText), { ...wording, text: type.traits, default: defaultText });
}

/** A setting of the original whose effect is missing here, so it is an error unless its value is `off`. */
export function refused<Schema extends z.ZodType>(
  type: ValueType<Schema>,
  why: string,
  given: { readonly variable?: string; readonly off?: z.output<Schema> },
): z.ZodOptional<Schema> {
  const schema = type.schema.refine((value) => given.off !== undefined && value === given.off, why);
  return register(schema.optional(), {
    text: type.traits,
    ...variableOf(given),
    description: why,
    refused: why,
  });
}

/**
 * A setting that changes nothing, in the original neither for whoever does not use its feature: a configuration that
 * has it goes on working, with a warning.
 */
export function ineffective<Schema extends z.ZodType>(
  type: ValueType<Schema>,
  why: string,
  given: { readonly variable?: string },
): z.ZodOptional<Schema> {
  return register(type.schema.optional(), {
    text: type.traits,
    ...variableOf(given),
    description: why,
    ineffective: why,
  });
}

/** Whether the setting does something here. */
export function isServed({ refused, ineffective }: About): boolean {
  return refused === undefined && ineffective === undefined;
}

function variableOf({ variable }: { readonly variable?: string }): { readonly variable?: string } {
  return variable === undefined ? {} : { variable };
}

function register<Schema extends z.ZodType>(schema: Schema, what: About): Schema {
  settings.add(schema, what);
  return schema;
}
