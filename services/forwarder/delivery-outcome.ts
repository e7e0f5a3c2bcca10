import { backoffMs } from "../../shared/base/backoff.ts";
import type { Random } from "../../shared/base/random.ts";

/** What became of one POST. */
export type PostResult =
  | { readonly kind: "answered"; readonly status: number; readonly retryAfter?: string }
  /** No answer: the network, a timeout, or nothing to sign in with. */
  | { readonly kind: "failed"; readonly reason: string };

type Undelivered =
  | { readonly kind: "again"; readonly delayMs: number; readonly reason: string }
  /** The key, or the path, is wrong at the moment; other payloads of the environment would fare alike. */
  | { readonly kind: "parked"; readonly reason: string };

/** What that means for the payload. */
export type DeliveryOutcome =
  | { readonly kind: "delivered" }
  | Undelivered
  | { readonly kind: "dead"; readonly reason: string; readonly status?: number };

/** What an outcome depends on beside the answer. */
export interface Circumstances {
  /** Which try this was, from 1. */
  readonly attempt: number;
  /** When the payload was accepted, and what time it is, in milliseconds since the epoch. */
  readonly acceptedAt: number;
  readonly now: number;
  readonly random: Random;
}

/** How long a payload is tried. */
export const MAX_AGE_MS = 24 * 3600_000;

const BACKOFF = { firstMs: 1000, maxMs: 5 * 60_000, jitter: 1 };
/** What a server may ask for; a longer wish is cut to this. */
const MAX_RETRY_AFTER_MS = 3600_000;

/** Decides what to do with a payload after a try. Redirects are never followed: with them would go the key. */
export function deliveryOutcome(result: PostResult, circumstances: Circumstances): DeliveryOutcome {
  if (result.kind === "failed") return unlessTooOld(again(result.reason, 0, circumstances), circumstances);
  const { status, retryAfter } = result;
  if (status >= 200 && status < 300) return { kind: "delivered" };
  const reason = `status ${status}`;
  switch (status) {
    case 401:
    case 403:
    case 404:
    case 405:
      return unlessTooOld({ kind: "parked", reason }, circumstances, status);
    case 408:
    case 429:
      break;
    default:
      if (status < 500) return { kind: "dead", reason, status };
  }
  const wishMs = retryAfterMs(retryAfter, circumstances.now);
  return unlessTooOld(again(reason, wishMs, circumstances), circumstances, status);
}

/** What `Retry-After` asks for, in seconds or as a date (RFC 9110, section 10.2.3); 0 if nothing sensible. */
export function retryAfterMs(header: string | undefined, now: number): number {
  if (header === undefined) return 0;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return ms > 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : 0;
}

function again(reason: string, atLeastMs: number, { attempt, random }: Circumstances): Undelivered {
  return { kind: "again", delayMs: Math.max(atLeastMs, backoffMs(BACKOFF, attempt, random)), reason };
}

function unlessTooOld(
  outcome: Undelivered,
  { acceptedAt, now }: Circumstances,
  status?: number,
): DeliveryOutcome {
  if (now - acceptedAt <= MAX_AGE_MS) return outcome;
  const reason = `not delivered within 24 hours, at last: ${outcome.reason}`;
  return { kind: "dead", reason, ...(status !== undefined && { status }) };
}
