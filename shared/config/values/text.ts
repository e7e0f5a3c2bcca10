import { isIPv6 } from "node:net";
import * as z from "zod";
import type { LogLevel } from "../../base/logger.ts";
import { credentialTail, type EnvironmentId, type MobileKey, type SdkKey } from "../../model/credentials.ts";
import { secretType, type ValueType, valueType } from "./value-type.ts";

const plain = z.string().refine((value) => !hasControls(value), "must not contain control characters");
/** What can be a header's value as it is, so that no request fails for it later. */
const visible = z
  .string()
  .regex(/^[\x21-\x7e]+$/, "must not contain blanks, control or non-ASCII characters");

/** Any text on one line. */
export const text = valueType("text", plain);

/** A text that nobody may see. */
export const password = secretType("text", plain, () => "(hidden)");

export const sdkKey = secretType(
  "key",
  visible.transform((key) => key as SdkKey),
  credentialTail,
);
export const mobileKey = secretType(
  "key",
  visible.transform((key) => key as MobileKey),
  credentialTail,
);
/** LaunchDarkly's client-side ID: no secret. */
export const environmentId = valueType(
  "ID",
  visible.transform((id) => id as EnvironmentId),
);

/** A host's name or address, without a port; an IPv6 address may stand in brackets. */
export function hostType(problem: string) {
  return valueType(
    "host",
    z
      .string()
      .transform((host) => host.replace(/^\[(.*)\]$/, "$1"))
      .refine(isHost, problem),
  );
}

export function isHost(host: string): boolean {
  return isIPv6(host) || /^[\w-]+(?:\.[\w-]+)*\.?$/.test(host);
}

export const logLevel = wordType<LogLevel>("level", ["debug", "info", "warn", "error", "none"], "log level");
export const clientStreamContent = wordType("content", ["ping", "values"], "content of client streams");
export const tlsVersion = wordType("version", ["1.0", "1.1", "1.2", "1.3"], "TLS version");

/** The part of metric names that comes first; Prometheus allows no other characters. */
export const metricPrefix = valueType(
  "text",
  z
    .string()
    .regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/, "must consist of letters, digits and _, and not begin with a digit"),
);

/** Texts, separated by commas. */
export const list = listOf(plain);
/** Origins as browsers send them. */
export const origins = listOf(visible);
/** Names of HTTP headers. */
export const headerNames = listOf(
  z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "not the name of an HTTP header"),
);

function wordType<Word extends string>(name: string, words: readonly Word[], what: string) {
  return valueType(
    name,
    z
      .string()
      .transform((value) => value.toLowerCase())
      .pipe(
        z.enum(words, {
          error: ({ input }) => `"${String(input)}" is not a valid ${what} (${words.join(", ")})`,
        }),
      ),
  );
}

function listOf(element: z.ZodType<string, string>): ValueType<z.ZodType<readonly string[], string[]>> {
  const elements = z
    .array(z.string())
    .transform((texts) => texts.flatMap(splitList))
    .pipe(z.array(element));
  return { schema: elements, traits: { name: "list", list: true, secret: false, show: (value) => value } };
}

function splitList(value: string): string[] {
  return value
    .split(",")
    .map((element) => element.trim())
    .filter((element) => element !== "");
}

function hasControls(value: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
  return /[\x00-\x1f\x7f]/.test(value);
}
