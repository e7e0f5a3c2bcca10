import * as z from "zod";
import { valueType } from "./value-type.ts";

const HIGHEST_PORT = 65_535;

const integer = z
  .string()
  .regex(/^[+-]?\d+$/, "not a valid integer")
  .transform(Number)
  .refine(Number.isSafeInteger, "not a valid integer");
const notNegative = integer.refine((value) => value >= 0, "value must not be negative");
const positive = integer.refine((value) => value > 0, "value must be greater than zero");

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ...["true", "yes", "on", "1"].map((word) => [word, true] as const),
  ...["false", "no", "off", "0"].map((word) => [word, false] as const),
]);

/** Yes or no, in the words of the original (R4.3). */
export const flag = valueType(
  "boolean",
  z.string().transform((text, context) => {
    const value = WORDS.get(text.toLowerCase());
    if (value !== undefined) return value;
    context.addIssue({ code: "custom", message: "not a valid boolean (true or false)" });
    return z.NEVER;
  }),
);

/** How many of something, at least one. */
export const count = valueType("integer", positive);

/** How many of something, or none. */
export const countOrZero = valueType("integer", notNegative);

/** A part of something, all of it at most: `0.5`. */
export const share = valueType(
  "share",
  z
    .string()
    .regex(/^(?:\d+\.?\d*|\.\d+)$/, "not a valid number")
    .transform(Number)
    .refine((part) => part > 0 && part <= 1, "value must be greater than 0, and not greater than 1"),
);

/** A TCP port to be reached at. */
export const port = valueType(
  "port",
  positive.refine((value) => value <= HIGHEST_PORT, `value must not be greater than ${HIGHEST_PORT}`),
);

/** A TCP port to listen on; 0 is any that is free. */
export const portOrAny = valueType(
  "port",
  notNegative.refine((value) => value <= HIGHEST_PORT, `value must not be greater than ${HIGHEST_PORT}`),
);
