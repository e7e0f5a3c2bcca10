import { getOrMake } from "../../../shared/base/get-or-make.ts";
import type { Environment } from "../../../shared/model/environment.ts";

/** What all SDKs in browsers send besides what browsers allow anyway (R1.8, S3). */
const SDK_HEADERS = [
  "Cache-Control",
  "Content-Type",
  "Content-Length",
  "Accept-Encoding",
  "X-LaunchDarkly-User-Agent",
  "X-LaunchDarkly-Payload-ID",
  "X-LaunchDarkly-Wrapper",
  "X-LaunchDarkly-Event-Schema",
  "X-LaunchDarkly-Tags",
  "X-LaunchDarkly-Instance-Id",
];

/** What SDKs read of an answer: when it was made, which version, and whether another protocol is to be used. */
const READABLE_HEADERS = "Date,ETag,X-Ld-Envid,X-LD-FD-Fallback,X-LD-FD-Fallback-TTL";

const PREFLIGHT_SECONDS = 300;

/** What an environment says about the pages that may use it; nothing is said of one that does not exist. */
export type CorsRules = Pick<Environment, "allowedOrigins" | "allowedHeaders">;

/** The rules for answers where there is no environment, so that an SDK can read why. */
export const ANY_ORIGIN: CorsRules = { allowedOrigins: [], allowedHeaders: [] };

/** The headers of one answer for browsers, by name. */
export type CorsHeaders = Readonly<Record<string, string>>;

/**
 * What was made for the pages of an environment, by methods and origin. Its rules never change: a change makes another
 * environment.
 */
const made = new WeakMap<CorsRules, Map<string, Map<string, CorsHeaders>>>();
/** Where every origin is allowed, strangers could fill the memory with origins that do not exist. */
const MAX_MADE = 100;

/**
 * The headers with which a browser lets a page of `origin` read an answer, for errors as well: an SDK that may not
 * read a status takes it for a broken connection, and tries again. They belong into the answer when it is made:
 * what is set later copies it, and a stream does not survive that. `methods` as in `POST,OPTIONS`. The same object
 * for the same page and methods, as long as it is remembered.
 */
export function corsHeaders(rules: CorsRules, origin: string | undefined, methods: string): CorsHeaders {
  const byMethods = getOrMake(made, rules, () => new Map());
  const byOrigin = getOrMake(byMethods, methods, () => new Map());
  const allowed = allowedOrigin(rules.allowedOrigins, origin);
  if (byOrigin.size >= MAX_MADE && !byOrigin.has(allowed)) byOrigin.clear();
  return getOrMake(byOrigin, allowed, () => newHeaders(rules, allowed, methods));
}

function newHeaders({ allowedHeaders }: CorsRules, origin: string, methods: string): CorsHeaders {
  return {
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Allow-Credentials": "false",
    "Access-Control-Allow-Methods": methods,
    "Access-Control-Allow-Headers": [...SDK_HEADERS, ...allowedHeaders].join(","),
    "Access-Control-Expose-Headers": READABLE_HEADERS,
    "Access-Control-Max-Age": String(PREFLIGHT_SECONDS),
    Vary: "Origin",
  };
}

/** Without a list every origin; with one the page's own if it is listed, else one that tells whom this is for. */
function allowedOrigin(allowed: readonly string[], origin: string | undefined): string {
  const [first] = allowed;
  if (first === undefined) return origin ?? "*";
  return origin !== undefined && allowed.includes(origin) ? origin : first;
}
