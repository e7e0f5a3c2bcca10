import { backoffMs } from "../../../shared/base/backoff.ts";
import type { Cause } from "../../../shared/base/cause.ts";
import type { Random } from "../../../shared/base/random.ts";
import type { DestinationSignal } from "../pacing/destination-signal.ts";

/** What became of one POST. */
export type PostResult =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly retryAfter?: string;
      /** How its body begins; absent without one. */
      readonly answer?: string;
    }
  /** No answer: the network, or a timeout. */
  | { readonly kind: "failed"; readonly cause: Cause }
  /** Nothing was sent: the environment has, at the moment, nothing to sign in with. */
  | { readonly kind: "unaddressed"; readonly reason: string };

type Undelivered =
  | { readonly kind: "again"; readonly delayMs: number; readonly reason: string }
  /** The key, or the path, is wrong at the moment; other payloads for the same destination would fare alike. */
  | { readonly kind: "parked"; readonly reason: string };

/** What that means for the payload. */
export type DeliveryOutcome =
  | { readonly kind: "delivered" }
  | Undelivered
  /** It is refused as a whole, and its parts need not be. */
  | (Refusal & { readonly kind: "split" })
  | (Partial<Refusal> & { readonly kind: "dead"; readonly reason: string });

/** What LaunchDarkly has against a payload. */
export interface Refusal {
  readonly reason: string;
  readonly status: number;
  /** How the body of the answer begins. */
  readonly answer?: string;
}

/** How long, and how patiently, a payload is tried. */
export interface RetryPolicy {
  readonly maxAgeMs: number;
  /** The longest wait between two tries. */
  readonly maxDelayMs: number;
}

/** What an outcome depends on beside the answer. */
export interface Circumstances {
  /** Which try this was, from 1. */
  readonly attempt: number;
  /** How long the payload has been tried, from when it was accepted or put back by hand. */
  readonly ageMs: number;
  /** In milliseconds since the epoch. */
  readonly now: number;
  readonly random: Random;
  readonly policy: RetryPolicy;
  /** Whether what is bad about the payload may be one of its members, or its compression. */
  readonly hasOtherForm: boolean;
}

const FIRST_DELAY_MS = 1000;
/** What a server may ask for; a longer wish is cut to this. */
const MAX_RETRY_AFTER_MS = 3600_000;

/**
 * Decides what to do with a payload after a try. A redirect is never followed, because the key would go with it: it
 * says that this is not the place, as 404 does.
 */
export function deliveryOutcome(result: PostResult, circumstances: Circumstances): DeliveryOutcome {
  if (result.kind === "failed")
    return unlessTooOld(again(result.cause.text, 0, circumstances), circumstances);
  if (result.kind === "unaddressed")
    return unlessTooOld({ kind: "parked", reason: result.reason }, circumstances);
  const { status, retryAfter, answer } = result;
  const reason = `status ${status}`;
  const refusal: Refusal = { reason, status, ...(answer !== undefined && { answer }) };
  switch (meaningOf(status)) {
    case "taken":
      return { kind: "delivered" };
    case "wrong place":
      return unlessTooOld({ kind: "parked", reason }, circumstances, refusal);
    case "too large":
      return { kind: "split", ...refusal };
    case "bad payload":
      return { kind: circumstances.hasOtherForm ? "split" : "dead", ...refusal };
    case "not now": {
      const wishMs = retryAfterMs(retryAfter, circumstances.now);
      return unlessTooOld(again(reason, wishMs, circumstances), circumstances, refusal);
    }
  }
}

/** Why a POST did not deliver, in words and under a code that stays. */
export function causeOf(result: PostResult): Cause {
  switch (result.kind) {
    case "answered":
      return { code: `HTTP_${result.status}`, text: `status ${result.status}` };
    case "failed":
      return result.cause;
    case "unaddressed":
      return { code: "NO_CREDENTIAL", text: result.reason };
  }
}

/** What the result of a POST says about its destination. */
export function destinationSignal(result: PostResult): DestinationSignal {
  if (result.kind === "unaddressed") return "nothing";
  if (result.kind === "failed") return "failing";
  switch (meaningOf(result.status)) {
    case "wrong place":
      return "refused";
    case "not now":
      return "failing";
    default:
      return "healthy";
  }
}

type Meaning = "taken" | "wrong place" | "too large" | "bad payload" | "not now";

function meaningOf(status: number): Meaning {
  if (status >= 200 && status < 300) return "taken";
  if (status >= 300 && status < 400) return "wrong place";
  switch (status) {
    case 401:
    case 402:
    case 403:
    case 404:
    case 405:
    case 407:
    case 410:
      return "wrong place";
    case 413:
      return "too large";
    case 408:
    case 421:
    case 425:
    case 429:
      return "not now";
  }
  // Below 200 stands no final answer: something in between has gone wrong.
  return status >= 400 && status < 500 ? "bad payload" : "not now";
}

/** What `Retry-After` asks for, in seconds or as a date (RFC 9110, section 10.2.3); 0 if nothing sensible. */
export function retryAfterMs(header: string | undefined, now: number): number {
  if (header === undefined) return 0;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return ms > 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : 0;
}

function again(reason: string, atLeastMs: number, { attempt, random, policy }: Circumstances): Undelivered {
  const backoff = { firstMs: FIRST_DELAY_MS, maxMs: policy.maxDelayMs, jitter: 1 };
  return { kind: "again", delayMs: Math.max(atLeastMs, backoffMs(backoff, attempt, random)), reason };
}

function unlessTooOld(
  outcome: Undelivered,
  { ageMs, policy }: Circumstances,
  refusal?: Refusal,
): DeliveryOutcome {
  if (ageMs <= policy.maxAgeMs) return outcome;
  return { kind: "dead", ...refusal, reason: `too old: ${outcome.reason}` };
}
